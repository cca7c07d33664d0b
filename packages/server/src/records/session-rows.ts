import type { Selectable, Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import { forChange } from '../db/for-change.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { coveredOfSession } from '../integrity/covered-columns.js';
import type { RowIntegrity } from '../integrity/row-integrity.js';
import type { RowMac } from '../integrity/row-macs.js';
import { ownerGroups } from '../integrity/vouched-tables.js';

export type SessionRow = Selectable<Schema['sessions']>;

/** A session whose row is as a server wrote it. */
export interface AuthenticSession {
  readonly row: SessionRow;
  readonly groups: readonly string[];
}

/** The columns of a session that may change, with their new values. */
export type SessionChange = Partial<
  Pick<
    SessionRow,
    | 'language'
    | 'channels'
    | 'task'
    | 'sample_rate'
    | 'settings'
    | 'ended_at'
    | 'end_reason'
    | 'finals'
    | 'audio_seconds'
    | 'missing_seconds'
    | 'held'
    | 'head'
    | 'server_id'
  >
>;

/** The rows of sessions. A row that is not as a server wrote it is reported, and refused as `record_damaged`. */
export interface SessionRows {
  /** Must not be called within a transaction. */
  readonly find: (id: string) => Promise<AuthenticSession | undefined>;
  /** The rows among these that are as a server wrote them. */
  readonly authenticOf: (
    rows: readonly SessionRow[],
    groupsOf: (id: string) => readonly string[],
  ) => Promise<readonly SessionRow[]>;
  readonly insertIn: (
    transaction: Transaction<Schema>,
    row: Omit<SessionRow, keyof RowMac>,
    groups: readonly string[],
  ) => Promise<void>;
  /** Reads a row that is to be changed, and locks it until the transaction ends. Refused as `record_not_found` if it is gone. */
  readonly readIn: (
    transaction: Transaction<Schema>,
    id: string,
    /** The groups of the session, if they are known; else they are read. */
    groups?: readonly string[],
  ) => Promise<AuthenticSession>;
  /** Changes a row that the transaction has read; resolves with its new revision. */
  readonly changeIn: (
    transaction: Transaction<Schema>,
    session: AuthenticSession,
    change: SessionChange,
  ) => Promise<number>;
  /** Notes that the change to this revision is committed. */
  readonly committed: (id: string, revision: number) => void;
}

/** Makes the rows of sessions in a database. */
export function createSessionRows(
  { db, kind }: Pick<Database, 'db' | 'kind'>,
  { macs, revisions, refused }: RowIntegrity,
): SessionRows {
  const vouching = createSessionVouching({ macs, revisions, refused });

  const readSession = async (id: string): Promise<AuthenticSession | undefined> => {
    const row = await readRow(db, id);
    return row && { row, groups: await ownerGroups(db, id) };
  };

  return {
    find: async (id) => {
      await revisions.refresh();
      const first = await readSession(id);
      if (first === undefined) return undefined;
      // A change or destruction between the readings of row, groups and revision looks like tampering: read again.
      const session = (await vouching.refusalOf(first)) === undefined ? first : await readSession(id);
      if (session === undefined) return undefined;
      await vouching.requireCurrent(session);
      revisions.note('sessions', id, session.row.revision);
      return session;
    },
    authenticOf: async (rows, groupsOf) => {
      const authentic: SessionRow[] = [];
      for (const row of rows) {
        if (await vouching.isAuthentic(row, groupsOf(row.id))) authentic.push(row);
        // If it was destroyed after it was read, its groups are gone too, and that is no tampering.
        else if ((await readRow(db, row.id)) !== undefined)
          refused.report({ table: 'sessions', id: row.id, refusal: 'altered' });
      }
      return authentic;
    },
    insertIn: async (transaction, row, groups) => {
      await transaction
        .insertInto('sessions')
        .values({ ...row, ...vouching.vouch(row, groups) })
        .execute();
      for (const name of groups)
        await transaction.insertInto('session_groups').values({ session_id: row.id, name }).execute();
    },
    readIn: async (transaction, id, groups) => {
      const row = await forChange(transaction, kind, (reading) =>
        reading.selectFrom('sessions').selectAll().where('id', '=', id),
      );
      if (row === undefined) throw new RequestError('record_not_found');
      const session = { row, groups: groups ?? (await ownerGroups(transaction, id)) };
      await vouching.requireCurrent(session);
      return session;
    },
    changeIn: (transaction, session, change) => changeRow(transaction, session, change, vouching.vouch),
    committed: (id, revision) => {
      revisions.note('sessions', id, revision);
    },
  };
}

function readRow(db: Database['db'], id: string): Promise<SessionRow | undefined> {
  return db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
}

async function changeRow(
  transaction: Transaction<Schema>,
  { row, groups }: AuthenticSession,
  change: SessionChange,
  vouch: SessionVouching['vouch'],
): Promise<number> {
  const revision = row.revision + 1;
  const { mac, mac_key_id } = vouch({ ...row, ...change, revision }, groups);
  // An indexed column is written only if it changes: every further page that is written costs time.
  const keyId = mac_key_id === row.mac_key_id ? {} : { mac_key_id };
  await transaction
    .updateTable('sessions')
    .set({ ...change, revision, mac, ...keyId })
    .where('id', '=', row.id)
    .execute();
  return revision;
}

/** Tells rows that a server wrote from forged ones. */
interface SessionVouching {
  readonly vouch: (row: Omit<SessionRow, keyof RowMac>, groups: readonly string[]) => RowMac;
  readonly isAuthentic: (row: SessionRow, groups: readonly string[]) => Promise<boolean>;
  /** Why a row must not be believed; undefined if it may. Reports nothing. */
  readonly refusalOf: (session: AuthenticSession) => Promise<'altered' | 'replayed' | undefined>;
  /** Reports the row and throws `record_damaged` if no server wrote it, or it was put back to an earlier state. */
  readonly requireCurrent: (session: AuthenticSession) => Promise<void>;
}

function createSessionVouching({ macs, revisions, refused }: RowIntegrity): SessionVouching {
  const isAuthentic = (row: SessionRow, groups: readonly string[]): Promise<boolean> =>
    macs.isAuthentic('sessions', coveredOfSession(row, groups), row);

  const refusalOf: SessionVouching['refusalOf'] = async ({ row, groups }) => {
    if (!(await isAuthentic(row, groups))) return 'altered';
    return row.revision < revisions.oldest('sessions', row.id) ? 'replayed' : undefined;
  };

  return {
    vouch: (row, groups) => macs.vouch('sessions', coveredOfSession(row, groups)),
    isAuthentic,
    refusalOf,
    requireCurrent: async (session) => {
      const refusal = await refusalOf(session);
      if (refusal === undefined) return;
      refused.report({ table: 'sessions', id: session.row.id, refusal });
      throw new RequestError('record_damaged');
    },
  };
}
