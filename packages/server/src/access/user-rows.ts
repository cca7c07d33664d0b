import type { Selectable, Transaction } from 'kysely';
import { forChange } from '../db/for-change.js';
import type { Schema } from '../db/schema.js';
import { coveredOfUser } from '../integrity/covered-columns.js';
import { isCurrent, onlyAuthentic, readAuthentic } from '../integrity/row-integrity.js';
import type { RowMac } from '../integrity/row-macs.js';
import type { ChangeServices } from './change-services.js';
import { nameContains, type NamedPage, type NamedSearch } from './named-page.js';

export type UserRow = Selectable<Schema['users']>;

/** A user's row before it is vouched for. */
export type UnvouchedUser = Omit<UserRow, keyof RowMac>;

/** The changes of a user. */
type UserChange = Partial<
  Pick<
    UserRow,
    | 'role'
    | 'group_names'
    | 'password_hash'
    | 'code_secret'
    | 'last_code_step'
    | 'disabled_at'
    | 'login_epoch'
    | 'recovery_digest'
  >
>;

/** The rows of users. A forged row counts as missing. */
export interface UserRows {
  readonly find: (id: string) => Promise<UserRow | undefined>;
  readonly findByName: (name: string) => Promise<UserRow | undefined>;
  readonly list: (tenant: string | undefined) => Promise<readonly UserRow[]>;
  /** By name. */
  readonly page: (search: NamedSearch) => Promise<NamedPage<UserRow>>;
  /** Vouches for a row that is to be written. */
  readonly vouched: (row: UnvouchedUser) => UserRow;
  /** Reads a row that is to be changed, and locks it until the transaction ends. */
  readonly readIn: (transaction: Transaction<Schema>, id: string) => Promise<UserRow | undefined>;
  /** Changes the row that the transaction has read, and returns it. */
  readonly changeIn: (transaction: Transaction<Schema>, row: UserRow, change: UserChange) => Promise<UserRow>;
  /** To be called once a transaction's changes are committed. */
  readonly committed: (row: Pick<UserRow, 'id' | 'revision'>) => void;
}

const ROWS = { table: 'users', covered: coveredOfUser } as const;

/** The users in the database. */
export function createUserRows({
  database: { db, kind },
  integrity,
}: Pick<ChangeServices, 'database' | 'integrity'>): UserRows {
  const { macs, revisions } = integrity;
  const authentic = (read: () => Promise<UserRow | undefined>) => readAuthentic(integrity, ROWS, read);

  const vouched = (row: UnvouchedUser): UserRow => ({ ...row, ...macs.vouch('users', coveredOfUser(row)) });

  return {
    find: (id) => authentic(() => db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()),
    findByName: (name) =>
      authentic(() => db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()),
    list: async (tenant) => {
      const all = db.selectFrom('users').selectAll().orderBy('name');
      const chosen = tenant === undefined ? all : all.where('tenant', '=', tenant);
      return onlyAuthentic(integrity, ROWS, await chosen.execute());
    },
    page: async ({ tenant, name, limit, after }) => {
      let query = db
        .selectFrom('users')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('name')
        .limit(limit + 1);
      if (name !== undefined) query = query.where(nameContains(name));
      if (after !== undefined) query = query.where('name', '>', after);
      const found = await query.execute();
      const shown = found.slice(0, limit);
      return {
        items: await onlyAuthentic(integrity, ROWS, shown),
        next: found.length > limit ? shown.at(-1)?.name : undefined,
      };
    },
    vouched,
    readIn: async (transaction, id) => {
      const row = await forChange(transaction, kind, (reading) =>
        reading.selectFrom('users').selectAll().where('id', '=', id),
      );
      return row !== undefined && (await isCurrent(integrity, ROWS, row)) ? row : undefined;
    },
    changeIn: async (transaction, row, change) => {
      const changed = vouched({ ...row, ...change, revision: revisions.next(row.revision) });
      const { mac, mac_key_id, revision } = changed;
      await transaction
        .updateTable('users')
        .set({ ...change, revision, mac, mac_key_id })
        .where('id', '=', row.id)
        .execute();
      return changed;
    },
    committed: ({ id, revision }) => {
      revisions.note('users', id, revision);
    },
  };
}
