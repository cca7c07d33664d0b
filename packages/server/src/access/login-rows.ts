import type { Selectable, Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import { coveredOfLogin } from '../integrity/covered-columns.js';
import { endedLogin } from '../integrity/revisions.js';
import type { RowMac } from '../integrity/row-macs.js';
import type { ChangeServices } from './change-services.js';

type LoginRow = Selectable<Schema['logins']>;

/** The rows of logins. */
export interface LoginRows {
  /** The row as it is, whoever wrote it; read within a transaction if one is given. */
  readonly find: (digest: string, transaction?: Transaction<Schema>) => Promise<LoginRow | undefined>;
  /** Whether a server wrote the row and the login has not ended since; otherwise reports the row. */
  readonly isAuthentic: (row: LoginRow) => Promise<boolean>;
  readonly insertIn: (transaction: Transaction<Schema>, row: Omit<LoginRow, keyof RowMac>) => Promise<void>;
  /** Writes down when the login was last used. */
  readonly noteUse: (row: LoginRow, at: string) => Promise<void>;
  /** Moves the login to another epoch of its user. */
  readonly moveIn: (transaction: Transaction<Schema>, row: LoginRow, loginEpoch: number) => Promise<void>;
}

/** The logins in the database. */
export function createLoginRows({
  database: { db },
  integrity: { macs, revisions, refused },
}: Pick<ChangeServices, 'database' | 'integrity'>): LoginRows {
  const vouched = (row: Omit<LoginRow, keyof RowMac>) => ({
    ...row,
    ...macs.vouch('logins', coveredOfLogin(row)),
  });

  return {
    find: (digest, transaction) =>
      (transaction ?? db).selectFrom('logins').selectAll().where('digest', '=', digest).executeTakeFirst(),
    isAuthentic: async (row) => {
      const name = endedLogin(row.digest);
      const refusal = !(await macs.isAuthentic('logins', coveredOfLogin(row), row))
        ? 'altered'
        : revisions.isEnded(name)
          ? 'replayed'
          : undefined;
      if (refusal !== undefined) refused.report({ table: 'logins', id: name, refusal });
      return refusal === undefined;
    },
    insertIn: async (transaction, row) => {
      await transaction.insertInto('logins').values(vouched(row)).execute();
    },
    noteUse: async (row, at) => {
      const { last_seen_at, mac, mac_key_id } = vouched({ ...row, last_seen_at: at });
      await db
        .updateTable('logins')
        .set({ last_seen_at, mac, mac_key_id })
        .where('digest', '=', row.digest)
        // If a new password has moved the login to another epoch meanwhile, its MAC is another.
        .where('login_epoch', '=', row.login_epoch)
        .execute();
    },
    moveIn: async (transaction, row, loginEpoch) => {
      const { login_epoch, mac, mac_key_id } = vouched({ ...row, login_epoch: loginEpoch });
      await transaction
        .updateTable('logins')
        .set({ login_epoch, mac, mac_key_id })
        .where('digest', '=', row.digest)
        .execute();
    },
  };
}
