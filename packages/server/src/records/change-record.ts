import type { Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import type { RecordServices } from './record-services.js';

/**
 * Changes a session within a transaction, and notes its new revision once that is committed. `work` resolves with the
 * revision, or with undefined if nothing had to be changed.
 */
export async function changeRecord(
  { queue, rows }: Pick<RecordServices, 'queue' | 'rows'>,
  id: string,
  work: (transaction: Transaction<Schema>) => Promise<number | undefined>,
  patience?: typeof WRITE_PATIENCE,
): Promise<void> {
  let revision: number | undefined;
  await queue.submit(async (transaction) => {
    revision = await work(transaction);
  }, patience);
  if (revision !== undefined) rows.committed(id, revision);
}
