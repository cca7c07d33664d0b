import { sql, type Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { DatabaseKind } from '../db/schema-change.js';
import type { Schema } from '../db/schema.js';
import { secondsNow } from '../db/seconds-now.js';
import type { SavedDirectory } from '../speakers/speaker-directory.js';
import { open, seal, type SealedPlace } from './seal.js';

/** What another session needs to go on with the speakers of this one. Voices are biometric data, and never leave it in the clear. */
export interface SpeakerState {
  readonly directory: SavedDirectory;
  /** What the recognizer knows of the voices; undefined if no voices are told apart. */
  readonly voices: Uint8Array | undefined;
  /** SHA-256 of the token that proves that somebody may continue the session. */
  readonly tokenDigest: Uint8Array;
}

/** How long the state of a session outlives it if another may continue it: a client needs seconds to come back, seconds. */
const KEPT_SECONDS = 600;

const LENGTH_BYTES = 4;

/** Keeps the state of a session in place of an earlier one. */
export async function writeSpeakerState(
  transaction: Transaction<Schema>,
  dataKey: Uint8Array,
  sessionId: string,
  state: SpeakerState,
): Promise<void> {
  const sealed = sealState(dataKey, sessionId, state);
  await transaction
    .insertInto('speaker_states')
    .values({ session_id: sessionId, sealed, kept_until: null })
    .onConflict((conflict) => conflict.column('session_id').doUpdateSet({ sealed, kept_until: null }))
    .execute();
}

/** The state of a session, which stays; undefined if there is none. */
export async function readSpeakerState(
  { db }: Pick<Database, 'db'>,
  dataKey: Uint8Array,
  sessionId: string,
): Promise<SpeakerState | undefined> {
  const row = await db
    .selectFrom('speaker_states')
    .select('sealed')
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return row && openState(dataKey, sessionId, row.sealed);
}

/** Takes the state of a session away, if its token has this digest. */
export async function takeSpeakerState(
  transaction: Transaction<Schema>,
  dataKey: Uint8Array,
  sessionId: string,
  isToken: (digest: Uint8Array) => boolean,
): Promise<SpeakerState | undefined> {
  const row = await transaction
    .selectFrom('speaker_states')
    .select('sealed')
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  const state = row && openState(dataKey, sessionId, row.sealed);
  if (state === undefined || !isToken(state.tokenDigest)) return undefined;
  await forgetSpeakers(transaction, sessionId);
  return state;
}

/** Deletes the state of a session that nobody may continue. */
export async function forgetSpeakers(transaction: Transaction<Schema>, sessionId: string): Promise<void> {
  await transaction.deleteFrom('speaker_states').where('session_id', '=', sessionId).execute();
}

/** Has the state of a session deleted after some minutes, in which another session may continue it. */
export async function forgetSpeakersSoon(
  transaction: Transaction<Schema>,
  kind: DatabaseKind,
  sessionId: string,
): Promise<void> {
  await transaction
    .updateTable('speaker_states')
    .set({ kept_until: sql<number>`${secondsNow(kind)} + ${sql.lit(KEPT_SECONDS)}` })
    .where('session_id', '=', sessionId)
    .execute();
}

/** Whether there are states whose time is over. */
export async function hasForgottenSpeakers({ db, kind }: Pick<Database, 'db' | 'kind'>): Promise<boolean> {
  const row = await db
    .selectFrom('speaker_states')
    .select('session_id')
    .where('kept_until', '<', secondsNow(kind))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Deletes all states whose time is over. */
export async function forgetOldSpeakers(transaction: Transaction<Schema>, kind: DatabaseKind): Promise<void> {
  await transaction.deleteFrom('speaker_states').where('kept_until', '<', secondsNow(kind)).execute();
}

/** A text with all but the voices, its length before it, and the voices behind it. */
function sealState(
  dataKey: Uint8Array,
  sessionId: string,
  { directory, voices, tokenDigest }: SpeakerState,
): Buffer {
  const about = Buffer.from(
    JSON.stringify({
      directory,
      token: Buffer.from(tokenDigest).toString('hex'),
      hasVoices: voices !== undefined,
    }),
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(about.length);
  const plain = Buffer.concat([length, about, voices ?? new Uint8Array()]);
  const sealed = seal(dataKey, plain, placeOf(sessionId));
  plain.fill(0);
  return sealed;
}

interface StateText {
  readonly directory: SavedDirectory;
  readonly token: string;
  readonly hasVoices: boolean;
}

function openState(dataKey: Uint8Array, sessionId: string, sealed: Buffer): SpeakerState {
  const plain = open(dataKey, sealed, placeOf(sessionId));
  const voicesAt = LENGTH_BYTES + plain.readUInt32LE(0);
  const { directory, token, hasVoices } = JSON.parse(
    plain.toString('utf8', LENGTH_BYTES, voicesAt),
  ) as StateText;
  return {
    directory,
    voices: hasVoices ? Uint8Array.from(plain.subarray(voicesAt)) : undefined,
    tokenDigest: Buffer.from(token, 'hex'),
  };
}

function placeOf(sessionId: string): SealedPlace {
  return ['speaker_states', sessionId];
}
