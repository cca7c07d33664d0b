import { timingSafeEqual } from 'node:crypto';
import { sessionSettings, type ErrorCode } from '@auscult/protocol';
import type { Authentication } from '../access/authentication.js';
import { isSameIdentity } from '../access/identity.js';
import { settingsByDefault } from '../config/recognition.js';
import { RequestError } from '../errors.js';
import type { LeftRecordContent } from '../records/left-record.js';
import type { Recovery, WaitingSession } from '../recovery/recovery.js';
import type { AdmissionServices } from './admission.js';
import type { AdmittedSession } from './admitted-session.js';
import type { ResumeRequest } from './commands.js';
import type { Dialect } from './dialect.js';
import type { FinalEvent } from './events.js';
import { pastOfLeft } from './past-of-left.js';
import { digestOf, resumeTokenOf } from './resume-token.js';
import type { SessionPast } from './session-past.js';
import type { SessionSnapshot } from './session-snapshot.js';
import { createSessionVoices } from './session-voices.js';
import { goOnWithSession, type Session } from './session.js';

/** Goes on with sessions that other processes have left. */
export interface LeftSessions {
  /** The session that a client asks for, which it may resume then; or why it cannot. */
  readonly goOn: (asked: ResumeRequest, shown: Authentication) => Promise<Session | ErrorCode>;
}

export interface LeftSessionServices extends AdmissionServices {
  readonly dialects: readonly Dialect[];
  readonly recovery: Pick<Recovery, 'take'> | undefined;
}

/** Goes on with nothing yet. */
export function createLeftSessions(services: LeftSessionServices): LeftSessions {
  const { recovery, sessions, log } = services;
  const goingOn = new Map<string, Promise<Session | ErrorCode>>();

  const take = async (asked: ResumeRequest, shown: Authentication): Promise<Session | ErrorCode> => {
    // What is left must not be taken before it can be heard.
    if (!services.recognizer() || !services.refiner()) return 'not_ready';
    const left = recovery?.take(asked.sessionId, (snapshot) => isTheirs(snapshot, asked, shown));
    if (left === undefined) return 'resume_refused';
    try {
      return await goOnWith(left, services);
    } catch (error) {
      left.giveUp();
      log.unexpected(error, { session: asked.sessionId });
      return 'resume_refused';
    }
  };

  return {
    goOn: (asked, shown) => {
      const { sessionId } = asked;
      const open = sessions.find(sessionId);
      if (open) return Promise.resolve(open);
      const known = goingOn.get(sessionId);
      if (known) return known;
      const beginning = take(asked, shown).finally(() => goingOn.delete(sessionId));
      goingOn.set(sessionId, beginning);
      return beginning;
    },
  };
}

function isTheirs(
  { tokenDigest, identity }: SessionSnapshot,
  { token }: ResumeRequest,
  { identity: shown }: Authentication,
): boolean {
  const digest = Buffer.from(tokenDigest, 'hex');
  return timingSafeEqual(digest, digestOf(token)) && isSameIdentity(shown, identity);
}

async function goOnWith(left: WaitingSession, services: LeftSessionServices): Promise<Session | ErrorCode> {
  const { snapshot, record, content, discard } = left;
  const said = await record.content();
  const finals = said.finals.map(finalEvent);
  const past = pastOfLeft({ snapshot, channels: content.channels, finals, speakers: said.speakers });
  const dialect = services.dialects.find(({ name }) => name === snapshot.dialect.name);
  if (past === undefined || dialect?.goOn === undefined) {
    left.giveUp();
    return past === undefined ? 'decoder_gone' : 'resume_refused';
  }
  const session = await admittedAgain(left, dialect.goOn, { ...past, onKept: discard }, services);
  const open = goOnWithSession(session, services);
  services.sessions.add(open);
  return open;
}

/** The session as it was admitted elsewhere, with the recognizer and the shared terms of this server. */
async function admittedAgain(
  { snapshot, writer, record }: WaitingSession,
  goOn: NonNullable<Dialect['goOn']>,
  past: SessionPast,
  services: LeftSessionServices,
): Promise<AdmittedSession> {
  const { config, log, access, reader } = services;
  const [recognizer, refiner] = [services.recognizer(), services.refiner()];
  if (!recognizer || !refiner) throw new RequestError('not_ready');
  const { identity, settings, sentTerms, takesBack, asked, client, from = '' } = snapshot;
  const { id } = record;
  const sharedTerms = services.keyTerms.of(identity.tenant);
  const { terms: keyTerms } = await reader.accept(identity, sentTerms, sharedTerms, settings.language);
  const voices = createSessionVoices(
    { config, log, voices: access.voices, encoder: recognizer.voiceEncoder },
    id,
    identity,
    from,
  );
  await voices.prepare(settings);
  const { name: model, family: modelFamily } = recognizer.model;
  const defaults = sessionSettings.parse(settingsByDefault(config));
  // Its client knows the token.
  const place = { sessionId: id, identity, model, modelFamily, defaults, resume: undefined };
  return {
    id,
    identity,
    openedBy: undefined,
    from,
    client,
    dialect: goOn(place, settings),
    dialectName: snapshot.dialect.name,
    settings,
    sharedTerms,
    sentTerms,
    keyTerms,
    termWarnings: [],
    takesBack,
    asked,
    headers: {},
    writer,
    voices,
    recognizer,
    refiner,
    token: resumeTokenOf(Buffer.from(snapshot.tokenDigest, 'hex')),
    past,
  };
}

/** A final of the record as it was sent. */
function finalEvent(final: LeftRecordContent['finals'][number], place: number): FinalEvent {
  const { channel, writtenAt, sequence = place, text, start, end, confidence, language, words } = final;
  const { spoken, removes, speaker } = final;
  return {
    kind: 'final',
    channel,
    madeAt: new Date(writtenAt),
    hypothesis: {
      sequence,
      text,
      start,
      end,
      confidence,
      language,
      words,
      reason: 'silence',
      ...(spoken === undefined ? {} : { spoken }),
      ...(removes === undefined ? {} : { removes }),
      ...(speaker === undefined ? {} : { speaker }),
    },
  };
}
