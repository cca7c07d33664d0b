import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** Templates of people and of tenants. */
export const templates: SchemaChange = {
  name: '0015-templates',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await db.schema
      .createTable('templates')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('changed_at', 'text', (column) => column.notNull())
      .addColumn('master_key_id', 'text', (column) => column.notNull())
      .addColumn('sealed', bytes, (column) => column.notNull())
      .execute();
    await db.schema.createIndex('templates_by_owner').on('templates').columns(['tenant', 'owner']).execute();
  },
};
