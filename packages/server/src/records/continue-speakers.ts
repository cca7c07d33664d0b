import { timingSafeEqual } from 'node:crypto';
import type { Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { readDataKey } from './data-keys.js';
import { recordEvent } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import { speakersIn } from './read-speakers.js';
import { takeSpeakerState, writeSpeakerState, type SpeakerState } from './speaker-states.js';

/** A session whose speakers go on in another. */
export interface FormerSession {
  readonly sessionId: string;
  /** Digest of the token that is shown for it. */
  readonly tokenDigest: Uint8Array;
}

/** The session that goes on. */
export interface ContinuingSession {
  readonly id: string;
  readonly dataKey: Uint8Array;
  readonly actor: Actor;
  /** Digest of its own token. */
  readonly tokenDigest: Uint8Array;
}

/**
 * Moves the speakers of a former session to one that goes on. Resolves with undefined if there is nothing to move: the session is
 * unknown, was somebody else's or is over for good, or the token is not its own.
 */
export async function continueSpeakers(
  services: RecordServices,
  former: FormerSession,
  session: ContinuingSession,
): Promise<SpeakerState | undefined> {
  let state: SpeakerState | undefined;
  await services.queue.submit(async (transaction) => {
    state = await moveState(transaction, services, former, session);
  }, WRITE_PATIENCE);
  return state;
}

async function moveState(
  transaction: Transaction<Schema>,
  services: RecordServices,
  { sessionId, tokenDigest }: FormerSession,
  session: ContinuingSession,
): Promise<SpeakerState | undefined> {
  const formerKey = await keyOfOwn(transaction, services, sessionId, session.actor);
  if (formerKey === undefined) return undefined;
  const { id, dataKey, actor } = session;
  const taken = await takeSpeakerState(transaction, formerKey, sessionId, (digest) =>
    timingSafeEqual(digest, tokenDigest),
  );
  if (taken === undefined) {
    formerKey.fill(0);
    return undefined;
  }
  // Its record also has what was corrected there since the state was written.
  const { directory } = await speakersIn(transaction, sessionId, formerKey);
  formerKey.fill(0);
  const state = { ...taken, directory: directory.save(), tokenDigest: session.tokenDigest };
  await writeSpeakerState(transaction, dataKey, id, state);
  await services.audit.appendIn(transaction, {
    ...recordEvent('session.continue', actor, id),
    reason: sessionId,
  });
  return state;
}

/** The key of a session of the same person; undefined if it is not theirs, is gone or damaged. */
async function keyOfOwn(
  transaction: Transaction<Schema>,
  { rows, masterKeys }: RecordServices,
  sessionId: string,
  { who }: Actor,
): Promise<Buffer | undefined> {
  try {
    const { row } = await rows.readIn(transaction, sessionId);
    if (row.tenant !== who.tenant || row.owner !== who.subject) return undefined;
    return await readDataKey(transaction, masterKeys, sessionId);
  } catch (error) {
    if (error instanceof RequestError && ['record_not_found', 'record_damaged'].includes(error.code))
      return undefined;
    throw error;
  }
}
