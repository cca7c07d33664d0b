import type { Selectable, Transaction } from 'kysely';
import { forChange } from '../db/for-change.js';
import type { Schema } from '../db/schema.js';
import { coveredOfKey } from '../integrity/covered-columns.js';
import { isCurrent, onlyAuthentic, readAuthentic } from '../integrity/row-integrity.js';
import type { RowMac } from '../integrity/row-macs.js';
import { cursorOf, parseCursor } from '../db/time-cursor.js';
import type { ChangeServices } from './change-services.js';
import { nameContains, type NamedPage, type NamedSearch } from './named-page.js';

export type ApiKeyRow = Selectable<Schema['api_keys']>;

/** The rows of API keys. A forged row counts as missing. */
export interface ApiKeyRows {
  readonly find: (id: string) => Promise<ApiKeyRow | undefined>;
  readonly findByDigest: (digest: string) => Promise<ApiKeyRow | undefined>;
  /** The keys of a tenant, or of all tenants, the newest first. */
  readonly list: (tenant: string | undefined) => Promise<readonly ApiKeyRow[]>;
  /** The newest first. */
  readonly page: (search: NamedSearch) => Promise<NamedPage<ApiKeyRow>>;
  /** Vouches for a row that is to be written. */
  readonly vouched: (row: Omit<ApiKeyRow, keyof RowMac>) => ApiKeyRow;
  /** Reads a row that is to be changed, and locks it until the transaction ends. */
  readonly readIn: (transaction: Transaction<Schema>, id: string) => Promise<ApiKeyRow | undefined>;
  /** Revokes the key whose row the transaction has read; returns the new row. */
  readonly revokeIn: (transaction: Transaction<Schema>, row: ApiKeyRow, now: Date) => Promise<ApiKeyRow>;
  /** Notes when the key was last used; the MAC of the row does not cover that. */
  readonly noteUse: (id: string, now: Date) => Promise<void>;
  /** To be called once a transaction's changes are committed. */
  readonly committed: (row: Pick<ApiKeyRow, 'id' | 'revision'>) => void;
}

const ROWS = { table: 'api_keys', covered: coveredOfKey } as const;

/** The keys in the database. */
export function createApiKeyRows({
  database: { db, kind },
  integrity,
}: Pick<ChangeServices, 'database' | 'integrity'>): ApiKeyRows {
  const { macs, revisions } = integrity;
  const authentic = (read: () => Promise<ApiKeyRow | undefined>) => readAuthentic(integrity, ROWS, read);

  const vouched = (row: Omit<ApiKeyRow, keyof RowMac>): ApiKeyRow => ({
    ...row,
    ...macs.vouch('api_keys', coveredOfKey(row)),
  });

  return {
    find: (id) =>
      authentic(() => db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()),
    findByDigest: (digest) =>
      authentic(() => db.selectFrom('api_keys').selectAll().where('digest', '=', digest).executeTakeFirst()),
    list: async (tenant) => {
      const all = db.selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').orderBy('id');
      const chosen = tenant === undefined ? all : all.where('tenant', '=', tenant);
      return onlyAuthentic(integrity, ROWS, await chosen.execute());
    },
    page: async ({ tenant, name, limit, after }) => {
      let query = db
        .selectFrom('api_keys')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1);
      if (name !== undefined) query = query.where(nameContains(name));
      if (after !== undefined) {
        const { at, id } = parseCursor(after);
        query = query.where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(at, id)));
      }
      const found = await query.execute();
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: await onlyAuthentic(integrity, ROWS, shown),
        next: found.length > limit && last !== undefined ? cursorOf(last.created_at, last.id) : undefined,
      };
    },
    vouched,
    readIn: async (transaction, id) => {
      const row = await forChange(transaction, kind, (reading) =>
        reading.selectFrom('api_keys').selectAll().where('id', '=', id),
      );
      return row !== undefined && (await isCurrent(integrity, ROWS, row)) ? row : undefined;
    },
    revokeIn: async (transaction, row, now) => {
      const revision = revisions.next(row.revision);
      const changed = vouched({ ...row, revoked_at: now.toISOString(), revision });
      const { revoked_at, mac, mac_key_id } = changed;
      await transaction
        .updateTable('api_keys')
        .set({ revoked_at, revision, mac, mac_key_id })
        .where('id', '=', row.id)
        .execute();
      return changed;
    },
    noteUse: async (id, now) => {
      const last_used_at = now.toISOString();
      await db.updateTable('api_keys').set({ last_used_at }).where('id', '=', id).execute();
    },
    committed: ({ id, revision }) => {
      revisions.note('api_keys', id, revision);
    },
  };
}
