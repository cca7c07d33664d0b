import type { Transaction } from 'kysely';
import { SERVER_ITSELF } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';

/** What sessions are ended with. */
export interface EndingServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
}

/** Sessions that are ended in one transaction. */
const ENDED_TOGETHER = 100;

/** Why such a session ended, where others have the code that their socket was closed with. */
const INTERRUPTED = 'interrupted';

interface InterruptedSession {
  readonly id: string;
  readonly tenant: string;
  readonly finals: number;
  /** When the last that is known of it was written. */
  readonly lastSeenAt: string;
}

/**
 * Ends every open session that is of none of the servers in the table: whoever held it went down, and what was said is
 * all there is. Resolves with how many there were.
 */
export async function endInterruptedSessions({ database, queue, audit }: EndingServices): Promise<number> {
  const interrupted = await findInterrupted(database.db);
  for (let from = 0; from < interrupted.length; from += ENDED_TOGETHER) {
    const together = interrupted.slice(from, from + ENDED_TOGETHER);
    await queue.submit(
      async (transaction) => {
        for (const session of together) await end(transaction, audit, session);
      },
      { milliseconds: PATIENCE_MS },
    );
  }
  return interrupted.length;
}

/** How long an attempt to write may take, milliseconds; there will be another. */
const PATIENCE_MS = 5000;

/** One statement, since a server enters the table before it opens its first session. */
async function findInterrupted(db: Database['db']): Promise<readonly InterruptedSession[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(({ selectFrom }) => [
      'id',
      'tenant',
      'finals',
      'started_at',
      selectFrom('segments')
        .select(({ fn }) => fn.max('written_at').as('at'))
        .whereRef('session_id', '=', 'sessions.id')
        .as('written_at'),
    ])
    .where('ended_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('servers').select('id').whereRef('servers.id', '=', 'sessions.server_id'))),
    )
    .execute();
  return rows.map(({ id, tenant, finals, started_at, written_at }) => ({
    id,
    tenant,
    finals,
    lastSeenAt: written_at ?? started_at,
  }));
}

async function end(
  transaction: Transaction<Schema>,
  audit: AuditLog,
  { id, tenant, finals, lastSeenAt }: InterruptedSession,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('sessions')
    .set({ ended_at: lastSeenAt, end_reason: INTERRUPTED })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  // Another server was faster.
  if (numUpdatedRows === 0n) return;
  await audit.appendIn(transaction, {
    action: 'session.end',
    outcome: 'failure',
    who: { ...SERVER_ITSELF, tenant },
    from: undefined,
    what: id,
    reason: INTERRUPTED,
    counts: { finals },
  });
}
