import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** Tickets that wait to be used, where several servers share the database. */
export const tickets: SchemaChange = {
  name: '0014-tickets',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await db.schema
      .createTable('tickets')
      .addColumn('digest', 'text', (column) => column.primaryKey())
      .addColumn('holder', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'double precision', (column) => column.notNull())
      .addColumn('master_key_id', 'text', (column) => column.notNull())
      .addColumn('sealed', bytes, (column) => column.notNull())
      .execute();
    await db.schema.createIndex('tickets_by_expiry').on('tickets').column('expires_at').execute();
  },
};
