import type { Selectable } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import {
  coveredOfJob,
  coveredOfKey,
  coveredOfLogin,
  coveredOfSession,
  coveredOfUser,
  type VouchedTable,
} from './covered-columns.js';
import type { CoveredColumns } from './row-macs.js';

type Row<Table extends VouchedTable> = Selectable<Schema[Table]>;

/** A row of any table that is vouched for. */
export type VouchedRow = Row<VouchedTable>;

/** A table whose rows are vouched for one by one. */
export interface TableOfRows<TableRow> {
  /** The column that tells its rows apart. */
  readonly key: string;
  readonly idOf: (row: TableRow) => string;
  /** What the MAC of a row covers, with what belongs to the row in other tables. */
  readonly coveredOf: (row: TableRow, db: Database['db']) => CoveredColumns | Promise<CoveredColumns>;
}

export const VOUCHED: { readonly [Table in VouchedTable]: TableOfRows<Row<Table>> } = {
  api_keys: { key: 'id', idOf: ({ id }) => id, coveredOf: coveredOfKey },
  users: { key: 'id', idOf: ({ id }) => id, coveredOf: coveredOfUser },
  logins: { key: 'digest', idOf: ({ digest }) => digest, coveredOf: coveredOfLogin },
  sessions: {
    key: 'id',
    idOf: ({ id }) => id,
    coveredOf: async (row, db) => coveredOfSession(row, await ownerGroups(db, row.id)),
  },
  transcription_jobs: { key: 'id', idOf: ({ id }) => id, coveredOf: coveredOfJob },
};

/** Groups that the owner of a session was in when it began. */
export async function ownerGroups(db: Database['db'], sessionId: string): Promise<readonly string[]> {
  const groups = await db
    .selectFrom('session_groups')
    .select('name')
    .where('session_id', '=', sessionId)
    .execute();
  return groups.map(({ name }) => name);
}
