import type { Transaction } from 'kysely';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import type { HeadKeys, RecordHead } from './record-head.js';
import type { AuthenticSession, SessionChange, SessionRows } from './session-rows.js';

/**
 * Has `work` write a part of a session's record, and updates the session's row and head in the same transaction. Resolves
 * once that is on disk. `work` is given the row, or undefined if somebody has tampered with it: the session then goes on,
 * but the row is not vouched for. Rejects with `record_failed` once another server holds the session.
 */
export type ChangeSession = (work: SessionWork) => Promise<void>;

type SessionWork = (
  transaction: Transaction<Schema>,
  session: AuthenticSession | undefined,
) => Promise<Following | undefined>;

/** What has to be changed together with what was written. */
interface Following {
  readonly about: SessionChange;
  /** The head afterwards; unchanged if left out. */
  readonly head?: (before: RecordHead) => RecordHead;
  /** Logs the change; called with the revision of the row if the row is vouched for. */
  readonly note?: (transaction: Transaction<Schema>, revision: number | undefined) => Promise<void>;
}

interface ChangeServices {
  readonly sessionId: string;
  readonly groups: readonly string[];
  /** The server that holds the session as long as it is written here. */
  readonly serverId: string;
  readonly headKeys: HeadKeys;
  readonly rows: SessionRows;
  readonly queue: CommitQueue;
  /** Called first in each transaction; throws if the session must not be written to from here. */
  readonly requireHold?: ((transaction: Transaction<Schema>) => Promise<void>) | undefined;
}

/** Makes the function for a session that is in the database. */
export function createChangeSession(services: ChangeServices): ChangeSession {
  const { sessionId, serverId, rows, queue, requireHold } = services;
  return async (work) => {
    let revision: number | undefined;
    await queue.submit(async (transaction) => {
      revision = undefined;
      await requireHold?.(transaction);
      const known = await readSession(transaction, services);
      const isElsewhere = known !== undefined && known.session.row.server_id !== serverId;
      if (isElsewhere && requireHold === undefined) throw new RequestError('record_failed');
      const following = await work(transaction, known?.session);
      if (following === undefined) return;
      revision = await follow(transaction, known, following, services);
      await following.note?.(transaction, revision);
    });
    if (revision !== undefined) rows.committed(sessionId, revision);
  };
}

/** A session whose row is as a server wrote it, and the head of its record. */
interface KnownSession {
  readonly session: AuthenticSession;
  readonly head: RecordHead;
}

async function readSession(
  transaction: Transaction<Schema>,
  { sessionId, groups, headKeys, rows }: ChangeServices,
): Promise<KnownSession | undefined> {
  try {
    const session = await rows.readIn(transaction, sessionId, groups);
    if (session.row.head === null) return undefined;
    return { session, head: headKeys.openHead(session.row.head) };
  } catch (error) {
    if (error instanceof RequestError && error.code === 'record_damaged') return undefined;
    throw error;
  }
}

/** Changes the row of the session; returns its new revision if it is vouched for. */
async function follow(
  transaction: Transaction<Schema>,
  known: KnownSession | undefined,
  { about, head = (before) => before }: Following,
  { sessionId, headKeys, rows }: ChangeServices,
): Promise<number | undefined> {
  if (known !== undefined)
    return rows.changeIn(transaction, known.session, { ...about, head: headKeys.sealHead(head(known.head)) });
  if (Object.keys(about).length > 0)
    await transaction.updateTable('sessions').set(about).where('id', '=', sessionId).execute();
  return undefined;
}
