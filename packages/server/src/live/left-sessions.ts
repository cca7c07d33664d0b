import { setTimeout as sleep } from 'node:timers/promises';
import { floatsOf } from '@auscult/asr';
import { sessionSettings, type ErrorCode } from '@auscult/protocol';
import type { Authentication } from '../access/authentication.js';
import { isSameIdentity } from '../access/identity.js';
import type { HandOvers } from '../cluster/hand-over.js';
import { settingsByDefault } from '../config/recognition.js';
import { databaseFailureOf } from '../db/database-failure.js';
import { RequestError } from '../errors.js';
import { HANDED_OVER } from '../records/interrupted-sessions.js';
import type { LeftRecordContent } from '../records/left-record.js';
import { after } from '../recovery/left-audio.js';
import type { Recovery, WaitingSession } from '../recovery/recovery.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
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
  readonly recovery:
    Pick<Recovery, 'take' | 'claimSession' | 'completeTaken' | 'decided' | 'leave' | 'hurry'> | undefined;
  readonly serverId: string;
  /** Undefined if there is no cluster. */
  readonly handOvers: HandOvers | undefined;
  /** Whether a server is known to live. */
  readonly isAlive: (serverId: string) => Promise<boolean>;
}

/** Goes on with nothing yet, and hands over to other servers what they ask for. */
export function createLeftSessions(services: LeftSessionServices): LeftSessions {
  const { recovery, sessions, log, handOvers, serverId } = services;
  const goingOn = new Map<string, Promise<Session | ErrorCode>>();
  handOvers?.answer(serverId, async ({ sessionId, tokenDigest, tenant, subject }) => {
    const digest = Buffer.from(tokenDigest, 'hex');
    // It may be on its way here.
    await recovery?.decided(sessionId);
    await goingOn.get(sessionId);
    const open = sessions.find(sessionId);
    if (open) return open.handOver(digest, { tenant, subject });
    const left = recovery?.leave(
      sessionId,
      (snapshot) =>
        snapshot.tokenDigest === tokenDigest &&
        snapshot.identity.tenant === tenant &&
        snapshot.identity.subject === subject,
    );
    return (await left) ?? false;
  });

  const take = async (asked: ResumeRequest, shown: Authentication): Promise<Session | ErrorCode> => {
    // What is left must not be taken before it can be heard.
    if (!services.recognizer() || !services.refiner()) return 'not_ready';
    const mayBe = (snapshot: SessionSnapshot): boolean => isTheirs(snapshot, asked, shown);
    await recovery?.decided(asked.sessionId);
    const here = await recovery?.take(asked.sessionId, mayBe);
    if (here === undefined) {
      const refusal = await claimFromHolder(asked, shown, services);
      if (refusal !== undefined) return refusal;
    }
    const left = here ?? (await recovery?.take(asked.sessionId, mayBe));
    if (left === undefined) return 'resume_refused';
    if (left === 'again') return 'not_ready';
    try {
      return await goOnWith(left, services);
    } catch (error) {
      if (databaseFailureOf(error) === 'passing') {
        left.putBack();
        return 'not_ready';
      }
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

/** How often it is checked whether a server that does not answer is gone, and how long a client waits for that, milliseconds. */
const CHECK_MS = 500;
const MOST_CHECKS = 14;

/**
 * Has a session that another server holds claimed for this one; resolves with what stands against it, if anything does. A server
 * that lives hands it over. From one that is gone it is taken: it cannot write to the record any more.
 */
async function claimFromHolder(
  { sessionId, token }: ResumeRequest,
  { identity: { tenant, subject } }: Authentication,
  { recovery, records, handOvers, serverId, isAlive, log }: LeftSessionServices,
): Promise<ErrorCode | undefined> {
  const holder = await records.holderOf(sessionId);
  if (recovery === undefined || handOvers === undefined || holder === undefined || holder === serverId)
    return 'resume_refused';
  const claim = async (): Promise<ErrorCode | undefined> => {
    const outcome = await recovery.claimSession(sessionId, (id) => id === holder || id === HANDED_OVER);
    return outcome === 'again' ? 'not_ready' : undefined;
  };
  if (holder === HANDED_OVER) return claim();
  const tokenDigest = digestOf(token).toString('hex');
  const outcome = await handOvers.ask(holder, { sessionId, tokenDigest, tenant, subject });
  if (outcome === 'not-there' && (await isAlive(holder))) return 'resume_refused';
  if (outcome === 'other-version') {
    log.warn('a server of another version holds a session that is resumed here', { session: sessionId });
    return 'not_ready';
  }
  // Its client is told to come again: meanwhile the lease of the server runs out.
  if (outcome === 'silent' && !(await waitUntilGone(holder, isAlive))) return 'not_ready';
  return claim();
}

async function waitUntilGone(serverId: string, isAlive: LeftSessionServices['isAlive']): Promise<boolean> {
  for (let check = 0; check < MOST_CHECKS; check++) {
    if (!(await isAlive(serverId))) return true;
    await sleep(CHECK_MS);
  }
  return false;
}

function isTheirs(
  { tokenDigest, identity }: SessionSnapshot,
  { token }: ResumeRequest,
  { identity: shown }: Authentication,
): boolean {
  return resumeTokenOf(Buffer.from(tokenDigest, 'hex')).is(token) && isSameIdentity(shown, identity);
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
  const writer = keepingOn(left, past);
  const session = await admittedAgain(
    { ...left, writer },
    dialect.goOn,
    { ...past, onKept: discard },
    services,
  );
  const open = goOnWithSession(session, services);
  services.sessions.add(open);
  return open;
}

/**
 * The writer of the record, which is given the audio that must be kept with it and is not yet. What is heard once more and is kept
 * already is left out.
 */
function keepingOn(
  { writer, record: { keptSamples }, content }: WaitingSession,
  { channels }: Pick<SessionPast, 'channels'>,
): SessionRecordWriter {
  if (keptSamples === undefined) return writer;
  const known = channels.map(({ from }, channel) => Math.max(0, keptSamples(channel) - from));
  for (const { channel, pieces } of content.channels) {
    const from = channels[channel]?.from ?? 0;
    for (const piece of after(pieces, keptSamples(channel)))
      if (piece.from < from)
        void writer.keepAudio(channel, floatsOf(piece.samples.subarray(0, from - piece.from)));
  }
  return {
    ...writer,
    keepAudio: (channel, samples) => {
      const left = Math.min(known[channel] ?? 0, samples.length);
      known[channel] = (known[channel] ?? 0) - left;
      return writer.keepAudio(channel, samples.subarray(left));
    },
  };
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
  const { identity, settings, sentTerms, takesBack, asked, client, from = '', traceparent } = snapshot;
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
    traceparent,
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
  const { spoken, removes, speaker, command } = final;
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
      ...(command === undefined ? {} : { command }),
      ...(speaker === undefined ? {} : { speaker }),
    },
  };
}
