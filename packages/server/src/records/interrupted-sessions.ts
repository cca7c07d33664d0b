import type { Transaction } from 'kysely';
import { SERVER_ITSELF } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import { WRITE_PATIENCE, type CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import type { RowIntegrity } from '../integrity/row-integrity.js';
import { forgetSpeakersSoon } from './speaker-states.js';
import { createSessionRows, type AuthenticSession, type SessionRows } from './session-rows.js';

/** The services with which sessions are ended. */
export interface EndingServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly integrity: RowIntegrity;
}

/** Sessions that are ended in one transaction. */
const ENDED_TOGETHER = 100;

/** The end reason of an interrupted session; other sessions have a close code there. */
export const INTERRUPTED = 'interrupted';

/** In place of the server that holds a session, until another goes on with it: its server has left it in the journal. */
export const HANDED_OVER = 'handed over';

interface InterruptedSession {
  readonly id: string;
  readonly tenant: string;
  /** When the latest final was written, or else when the session began. */
  readonly lastSeenAt: string;
}

/**
 * Ends every open session that belongs to no server in the table: its server went down, and no more will be added to it. That
 * of a recording that still waits to be transcribed stays open.
 * Resolves with the number of such sessions. Those with forged rows count, but stay as they are.
 */
export async function endInterruptedSessions(services: EndingServices): Promise<number> {
  const { database, queue } = services;
  const interrupted = await findInterrupted(database.db);
  for (let from = 0; from < interrupted.length; from += ENDED_TOGETHER) {
    const together = interrupted.slice(from, from + ENDED_TOGETHER);
    await queue.submit(async (transaction) => {
      for (const session of together) await end(transaction, services, session);
    }, WRITE_PATIENCE);
  }
  return interrupted.length;
}

/**
 * Finds sessions without a server, by one statement: a server enters the table before it opens its first session, and one
 * that comes between two statements would be missed.
 */
async function findInterrupted(db: Database['db']): Promise<readonly InterruptedSession[]> {
  const rows = await db
    .selectFrom('sessions')
    .select((eb) => [
      'id',
      'tenant',
      'started_at',
      eb
        .selectFrom('segments')
        .select(({ fn }) => fn.max('written_at').as('at'))
        .whereRef('session_id', '=', 'sessions.id')
        .as('written_at'),
    ])
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('server_id', 'is', null), eb('server_id', '!=', HANDED_OVER)]))
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom('servers').select('id').whereRef('servers.id', '=', 'sessions.server_id')),
      ),
    )
    // The record of a recording is written on by whichever server takes it next.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('transcription_jobs')
            .select('id')
            .whereRef('transcription_jobs.id', '=', 'sessions.id')
            .where('transcription_jobs.status', 'in', ['queued', 'running']),
        ),
      ),
    )
    .execute();
  return rows.map(({ id, tenant, started_at, written_at }) => ({
    id,
    tenant,
    lastSeenAt: written_at ?? started_at,
  }));
}

async function end(
  transaction: Transaction<Schema>,
  { database, audit, integrity }: EndingServices,
  { id, tenant, lastSeenAt }: InterruptedSession,
): Promise<void> {
  const rows = createSessionRows(database, integrity);
  const session = await readIfSound(rows, transaction, id);
  // Another server was faster, or the row was changed from outside, which `readIn` has reported.
  if (session === undefined || session.row.ended_at !== null) return;
  const ended = { ended_at: lastSeenAt, end_reason: INTERRUPTED };
  const revision = await rows.changeIn(transaction, session, ended);
  // Its client may come back and go on with its speakers.
  await forgetSpeakersSoon(transaction, database.kind, id);
  await audit.appendIn(transaction, {
    action: 'session.end',
    outcome: 'failure',
    who: { ...SERVER_ITSELF, tenant },
    from: undefined,
    what: id,
    reason: INTERRUPTED,
    counts: { finals: session.row.finals, revision },
  });
}

async function readIfSound(
  rows: SessionRows,
  transaction: Transaction<Schema>,
  id: string,
): Promise<AuthenticSession | undefined> {
  try {
    return await rows.readIn(transaction, id);
  } catch (error) {
    if (error instanceof RequestError && ['record_damaged', 'record_not_found'].includes(error.code))
      return undefined;
    throw error;
  }
}
