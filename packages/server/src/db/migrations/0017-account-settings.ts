import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** What people have chosen for the page, which follows them from browser to browser. */
export const accountSettings: SchemaChange = {
  name: '0017-account-settings',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await db.schema
      .createTable('account_settings')
      .addColumn('user_id', 'text', (column) => column.primaryKey())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('changed_at', 'text', (column) => column.notNull())
      .addColumn('master_key_id', 'text', (column) => column.notNull())
      .addColumn('sealed', bytes, (column) => column.notNull())
      .execute();
  },
};
