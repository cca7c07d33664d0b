import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { RecordServices } from './record-services.js';

/** How long a request for a change waits before it is answered by `records_unavailable`, milliseconds. */
export const PATIENCE = { milliseconds: 5000 } as const;

/**
 * Changes a session within a transaction, and notes its new revision once that is committed. `work` resolves with the
 * revision, or with undefined if nothing had to be changed.
 */
export async function changeRecord(
  { queue, rows }: Pick<RecordServices, 'queue' | 'rows'>,
  id: string,
  work: (transaction: Transaction<Schema>) => Promise<number | undefined>,
  patience?: typeof PATIENCE,
): Promise<void> {
  let revision: number | undefined;
  await queue.submit(async (transaction) => {
    revision = await work(transaction);
  }, patience);
  if (revision !== undefined) rows.committed(id, revision);
}
