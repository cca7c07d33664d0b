import { randomUUID } from 'node:crypto';
import type { Recognizer } from '@auscult/asr';
import { applyConfigure, sessionSettings, type ErrorCode } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../access/access.js';
import type { Authentication } from '../access/authentication.js';
import { ownershipOf, shareOf, type Identity } from '../access/identity.js';
import { mayTakePlace } from '../access/shared-places.js';
import { askedHeaders } from '../compatibility/asked.js';
import { settingsByDefault } from '../config/recognition.js';
import { RequestError } from '../errors.js';
import { trustedTraceparent } from '../http/trace-requests.js';
import { inabilityOf } from '../model-abilities.js';
import { NO_TERMS } from '../reading/client-text.js';
import type { RecordStore } from '../records/record-store.js';
import { clientOf } from '../records/recorded-settings.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { AdmittedSession } from './admitted-session.js';
import type { ConnectionWish, OpenWish, Refusal, ResumeWish, SessionPlace } from './dialect.js';
import { createResumeToken } from './resume-token.js';
import type { SessionServices } from './session-services.js';
import { createSessionVoices } from './session-voices.js';
import type { Sessions } from './sessions.js';

/** The services needed to decide who is admitted. */
export interface AdmissionServices extends SessionServices {
  readonly sessions: Sessions;
  /** The recognizer, once it is warm. */
  readonly recognizer: () => Recognizer | undefined;
  /** The recognizer of the second pass, once it is warm. */
  readonly refiner: () => Recognizer | undefined;
  readonly isDraining: () => boolean;
  readonly records: RecordStore;
  readonly access: Pick<Access, 'voices'>;
}

/** The decision about a request for a connection. */
export type Decision =
  | {
      readonly kind: 'admitted';
      readonly session: AdmittedSession;
      /** Frees the place that is reserved for the session until it is open. */
      readonly leave: () => void;
    }
  | { readonly kind: 'resuming'; readonly wish: ResumeWish; readonly authentication: Authentication }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Decides on a request before it is answered. Whoever is admitted has a place and a record. */
export async function decide(
  request: FastifyRequest,
  wish: ConnectionWish,
  dialectName: string,
  services: AdmissionServices,
): Promise<Decision> {
  const { authentication } = request;
  if (request.refusal !== undefined) return refused(request.refusal);
  if (authentication === undefined) return refused({ code: 'unauthenticated' });
  switch (wish.kind) {
    case 'invalid':
      return refused(wish.refusal);
    case 'resume':
      // Such a session is open already, so it is not refused because there are too many.
      if (services.isDraining()) return refused({ code: 'draining' });
      return { kind: 'resuming', wish, authentication };
    case 'open':
      return admit(request, wish, { openedBy: authentication, dialectName }, services);
  }
}

function refused({ code, details = {}, explanation, retryAfterSeconds }: Refusal): Decision {
  return { kind: 'refused', refusal: { code, details, explanation, retryAfterSeconds } };
}

async function admit(
  request: FastifyRequest,
  wish: OpenWish,
  { openedBy, dialectName }: { readonly openedBy: Authentication; readonly dialectName: string },
  services: AdmissionServices,
): Promise<Decision> {
  const { identity } = openedBy;
  const { config, sessions } = services;
  const [recognizer, refiner] = [services.recognizer(), services.refiner()];
  if (services.isDraining()) return refused({ code: 'draining' });
  if (!recognizer || !refiner) return refused({ code: 'not_ready' });
  const code = congestionOf(identity, recognizer, services);
  if (code) return refused({ code });
  const defaults = sessionSettings.parse(settingsByDefault(config));
  const settings = applyConfigure(defaults, wish.change);
  const inability = isAboutSpeech(wish) && inabilityOf(recognizer.model, settings);
  if (inability) return refused(inability);
  const leave = sessions.reserve(identity);
  try {
    await requireRoomInCluster(identity, services);
    const id = randomUUID();
    const { keyterms: sentTerms = NO_TERMS, takesBack = true, asked } = wish;
    const sharedTerms = services.keyTerms.of(identity.tenant);
    const accepted = await services.reader.accept(identity, sentTerms, sharedTerms, settings.language);
    const writer = await openRecord(id, recognizer, { who: identity, from: request.ip }, services);
    if (services.isDraining()) {
      await writer.close('not_begun');
      throw new RequestError('draining');
    }
    const voices = createSessionVoices(
      { config, log: services.log, voices: services.access.voices, encoder: recognizer.voiceEncoder },
      id,
      identity,
      request.ip,
    );
    await voices.prepare(settings);
    const token = createResumeToken();
    const { resumeSeconds: seconds } = config;
    const { name: model, family: modelFamily } = recognizer.model;
    const place: SessionPlace = {
      sessionId: id,
      identity,
      model,
      modelFamily,
      defaults,
      resume: seconds > 0 ? { token: token.text, seconds } : undefined,
    };
    const session: AdmittedSession = {
      id,
      identity,
      from: request.ip,
      traceparent: trustedTraceparent(request, config.trustedProxies),
      openedBy,
      client: clientOf(request),
      dialect: wish.converse(place),
      dialectName,
      settings,
      sharedTerms,
      sentTerms,
      keyTerms: accepted.terms,
      termWarnings: accepted.warnings,
      takesBack,
      asked,
      headers: { ...(asked && askedHeaders(model, asked.warnings)), ...wish.headers?.(place) },
      writer,
      voices,
      recognizer,
      refiner,
      token,
    };
    return { kind: 'admitted', session, leave };
  } catch (error) {
    leave();
    if (error instanceof RequestError) return refused(error);
    throw error;
  }
}

/** Why nobody, or not this client, can be admitted now. */
function congestionOf(
  identity: Identity,
  recognizer: Recognizer,
  { config, sessions }: AdmissionServices,
): ErrorCode | undefined {
  if (!mayTakePlace(ownershipOf(identity), sessions.holders(), config.maxSessions))
    return 'too_many_sessions';
  if (identity.kind !== 'local' && sessions.countOf(identity) >= config.maxSessionsPerIdentity)
    return 'too_many_sessions';
  const admission = recognizer.admission(shareOf(ownershipOf(identity)));
  if (admission.admitted) return undefined;
  return admission.reason === 'finals-late' ? 'busy' : 'not_ready';
}

/** Throws `too_many_sessions` if somebody, with the place that is reserved, holds too many sessions at all servers together. */
async function requireRoomInCluster(
  identity: Identity,
  { config, sessions, records }: AdmissionServices,
): Promise<void> {
  if (config.cluster === undefined || identity.kind === 'local') return;
  const elsewhere = await records.openElsewhere(identity);
  if (sessions.countOf(identity) + elsewhere > config.maxSessionsPerIdentity)
    throw new RequestError('too_many_sessions');
}

/** Whether the request asks for settings of recognition; the server's own were checked when it started. */
function isAboutSpeech({ change }: OpenWish): boolean {
  return change.language !== undefined || change.task !== undefined;
}

/** Throws `records_unavailable` if the session cannot be recorded and logged, so that it may not begin. */
function openRecord(
  id: string,
  recognizer: Recognizer,
  { who, from }: { readonly who: Identity; readonly from: string },
  { config, records }: AdmissionServices,
): Promise<SessionRecordWriter> {
  return records.open({
    id,
    kind: 'live',
    actor: { who, from },
    groups: who.groups,
    model: recognizer.model.name,
    description: {
      language: config.language,
      channels: 1,
      task: config.task,
      sampleRate: undefined,
      settings: undefined,
    },
  });
}
