import { hkdfSync } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Database } from '../../db/database.js';
import type { Schema } from '../../db/schema.js';
import { RequestError } from '../../errors.js';
import type { RowIntegrity } from '../../integrity/row-integrity.js';
import type { WrappedKey } from '../../records/data-keys.js';
import type { MasterKeys } from '../../records/master-keys.js';
import { open, seal } from '../../records/seal.js';
import { KEY_BYTES } from '../../storage/seal.js';
import { createJobRows, type JobRows } from './job-rows.js';

/** Encrypts the key of a job with the current master key. */
export function wrapJobKey(masterKeys: MasterKeys, jobId: string, key: Uint8Array): WrappedKey {
  const { id, bytes } = masterKeys.current();
  return { master_key_id: id, wrapped: seal(bytes, key, placeOf(jobId, id)) };
}

/** The key of a job. Throws `record_damaged` if the master key is missing or somebody has tampered with the key. */
export async function unwrapJobKey(
  masterKeys: MasterKeys,
  jobId: string,
  { master_key_id: id, wrapped }: { readonly [Column in keyof WrappedKey]: WrappedKey[Column] | null },
): Promise<Buffer> {
  const masterKey = id === null ? undefined : await masterKeys.find(id);
  if (masterKey === undefined || wrapped === null) throw new RequestError('record_damaged');
  return open(masterKey.bytes, wrapped, placeOf(jobId, masterKey.id));
}

/** The key of one file of a job's audio: no two files may be sealed with the same. */
export function audioFileKey(audioKey: Uint8Array, file: number): Buffer {
  return Buffer.from(hkdfSync('sha256', audioKey, '', `auscult job audio ${file}`, KEY_BYTES));
}

/** Keys that are encrypted again in one transaction. */
const BATCH = 100;

/**
 * Encrypts the keys of jobs that are still under an older master key with the current one, while jobs are carried out. Rows that
 * are not as a server wrote them stay as they are. Resolves with how many there were.
 */
export async function rewrapJobKeys(
  database: Database,
  masterKeys: MasterKeys,
  integrity: Pick<RowIntegrity, 'macs' | 'refused'>,
): Promise<number> {
  const rows = createJobRows(database, integrity);
  let rewrapped = 0;
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after;
    const ids = await database.db
      .selectFrom('transcription_jobs')
      .select('id')
      .where('master_key_id', '!=', masterKeys.current().id)
      .where('id', '>', from)
      .orderBy('id')
      .limit(BATCH)
      .execute();
    await database.transaction(async (transaction) => {
      for (const { id } of ids) if (await rewrap(transaction, rows, masterKeys, id)) rewrapped += 1;
    });
    after = ids.length < BATCH ? undefined : ids.at(-1)?.id;
  }
  return rewrapped;
}

async function rewrap(
  transaction: Transaction<Schema>,
  rows: JobRows,
  masterKeys: MasterKeys,
  id: string,
): Promise<boolean> {
  const row = await rows.readIn(transaction, id);
  if (row === undefined || row.wrapped === null) return false;
  const key = await unwrapJobKey(masterKeys, id, row);
  await rows.changeIn(transaction, row, wrapJobKey(masterKeys, id, key));
  return true;
}

function placeOf(jobId: string, masterKeyId: string): readonly string[] {
  return ['transcription_jobs', jobId, masterKeyId];
}
