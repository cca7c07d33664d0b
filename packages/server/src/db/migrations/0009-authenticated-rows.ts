import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** MACs that vouch for rows: who may come in, whose each session is, and what is in its record. */
export const authenticatedRows: SchemaChange = {
  name: '0009-authenticated-rows',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    for (const table of ['api_keys', 'users', 'logins', 'sessions']) {
      // SQLite adds one column at a time.
      await db.schema.alterTable(table).addColumn('mac_key_id', 'text').execute();
      await db.schema.alterTable(table).addColumn('mac', bytes).execute();
    }
    for (const table of ['api_keys', 'users', 'sessions'])
      await db.schema
        .alterTable(table)
        .addColumn('revision', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
    for (const table of ['users', 'logins'])
      await db.schema
        .alterTable(table)
        .addColumn('login_epoch', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    await db.schema.alterTable('users').addColumn('recovery_digest', 'text').execute();
    await db.schema.alterTable('sessions').addColumn('head', bytes).execute();
    // Rows that an older master key vouches for are looked for every hour.
    await db.schema.createIndex('sessions_by_mac_key').on('sessions').column('mac_key_id').execute();
  },
};
