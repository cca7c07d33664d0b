import type { Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import type { AuditedBy } from './access-audit.js';
import type { ChangeServices } from './change-services.js';
import type { UserRow, UserRows } from './user-rows.js';

/** Does something in a transaction that may be retried, and resolves with the changed user. */
export type ChangeUser = (
  work: (transaction: Transaction<Schema>) => Promise<UserRow | undefined>,
) => Promise<UserRow | undefined>;

export function createChangeUser({ queue }: Pick<ChangeServices, 'queue'>, rows: UserRows): ChangeUser {
  return async (work) => {
    let changed: UserRow | undefined;
    await queue.submit(async (transaction) => {
      changed = await work(transaction);
    }, WRITE_PATIENCE);
    if (changed !== undefined) rows.committed(changed);
    return changed;
  };
}

/** Logs a change in its transaction. */
export function noteUser(
  { audit }: Pick<ChangeServices, 'audit'>,
  transaction: Transaction<Schema>,
  action: 'user.create' | 'user.change' | 'user.disable' | 'user.reset',
  by: AuditedBy,
  { id, revision }: UserRow,
): Promise<void> {
  const counts = { userRevision: revision };
  return audit.appendIn(transaction, { action, outcome: 'success', ...by, what: id, counts });
}
