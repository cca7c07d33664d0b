import type { Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { MasterKeys } from '../records/master-keys.js';
import { auditKeys } from './audit-keys.js';
import { readSealedHead, writeSealedHead } from './sealed-head.js';

/** Whether the entries say that rows are vouched for. The quoted pattern cannot occur within a text of an entry. */
export async function saysRowsAreVouchedFor(db: Database['db']): Promise<boolean> {
  const entry = await db
    .selectFrom('audit_entries')
    .select('sequence')
    .where((eb) => eb.or([eb('entry', 'like', '%"vouched":%'), eb('entry', 'like', '%evision":%')]))
    .limit(1)
    .executeTakeFirst();
  return entry !== undefined;
}

/** Whether the sealed head says so, which nobody without a master key can undo. */
export async function isMarkedVouchedFor(db: Database['db'], masterKeys: MasterKeys): Promise<boolean> {
  const read = await readSealedHead(db, auditKeys(masterKeys));
  return read.kind === 'intact' && read.head.rowsVouchedFor;
}

/** Makes the sealed head say so from now on. The caller holds the lock of the chain, and has sealed the log. */
export async function markVouchedFor(
  transaction: Transaction<Schema>,
  masterKeys: MasterKeys,
): Promise<void> {
  const keys = auditKeys(masterKeys);
  const read = await readSealedHead(transaction, keys);
  if (read.kind !== 'intact') throw new TypeError('a log that was opened is not sealed');
  await writeSealedHead(transaction, keys, { ...read.head, rowsVouchedFor: true });
}
