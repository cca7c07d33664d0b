import { randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import type { MasterKeys } from './master-keys.js';
import { KEY_BYTES } from '../storage/seal.js';
import { open, seal } from './seal.js';

/** A data key as it is stored. */
export interface WrappedKey {
  readonly master_key_id: string;
  readonly wrapped: Buffer;
}

/** A new key for one session. */
export function newDataKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** Encrypts the key of a session with the current master key. */
export function wrapDataKey(masterKeys: MasterKeys, sessionId: string, dataKey: Uint8Array): WrappedKey {
  const { id, bytes } = masterKeys.current();
  return { master_key_id: id, wrapped: seal(bytes, dataKey, placeOf(sessionId, id)) };
}

/** The key of a session. Throws `record_damaged` if the master key is missing or somebody has tampered with the key. */
export async function unwrapDataKey(
  masterKeys: MasterKeys,
  sessionId: string,
  { master_key_id: id, wrapped }: WrappedKey,
): Promise<Buffer> {
  const masterKey = await masterKeys.find(id);
  if (masterKey === undefined) throw new RequestError('record_damaged');
  return open(masterKey.bytes, wrapped, placeOf(sessionId, id));
}

/** The key of a session from the database. Throws `record_damaged` if there is none that can be opened. */
export async function readDataKey(
  db: Database['db'],
  masterKeys: MasterKeys,
  sessionId: string,
): Promise<Buffer> {
  const row = await db
    .selectFrom('data_keys')
    .select(['master_key_id', 'wrapped'])
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  if (row === undefined) throw new RequestError('record_damaged');
  return unwrapDataKey(masterKeys, sessionId, row);
}

/** Data keys that are encrypted again in one transaction. */
const BATCH = 100;

/**
 * Encrypts every data key that is still under an older master key with the current one, some at a time, while sessions go
 * on. Returns how many there were.
 */
export async function rewrapDataKeys(database: Database, masterKeys: MasterKeys): Promise<number> {
  for (let rewrapped = 0; ;) {
    const count = await database.transaction((transaction) => rewrapSome(transaction, masterKeys));
    rewrapped += count;
    if (count < BATCH) return rewrapped;
  }
}

async function rewrapSome(transaction: Transaction<Schema>, masterKeys: MasterKeys): Promise<number> {
  const { id } = masterKeys.current();
  const old = await transaction
    .selectFrom('data_keys')
    .selectAll()
    .where('master_key_id', '!=', id)
    .orderBy('session_id')
    .limit(BATCH)
    .execute();
  for (const { session_id: sessionId, ...key } of old) {
    const dataKey = await unwrapDataKey(masterKeys, sessionId, key);
    await transaction
      .updateTable('data_keys')
      .set(wrapDataKey(masterKeys, sessionId, dataKey))
      .where('session_id', '=', sessionId)
      .execute();
    dataKey.fill(0);
  }
  return old.length;
}

/** How many keys of sessions and of transcriptions are encrypted with each master key, by the id of the master key. */
export async function masterKeysInUse(db: Database['db']): Promise<ReadonlyMap<string, number>> {
  const inUse = new Map<string, number>();
  for (const table of ['data_keys', 'transcription_jobs'] as const) {
    const rows = await db
      .selectFrom(table)
      .select(({ fn }) => ['master_key_id', fn.countAll<number>().as('count')])
      .where('master_key_id', 'is not', null)
      .groupBy('master_key_id')
      .execute();
    for (const { master_key_id: id, count } of rows)
      if (id !== null) inUse.set(id, (inUse.get(id) ?? 0) + count);
  }
  return inUse;
}

/** A data key opens only as the key of its session, under the master key that is named beside it. */
function placeOf(sessionId: string, masterKeyId: string): readonly string[] {
  return ['data_keys', sessionId, masterKeyId];
}
