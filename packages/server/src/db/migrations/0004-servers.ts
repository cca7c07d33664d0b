import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** The servers that share the database, and whose each session is. */
export const servers: SchemaChange = {
  name: '0004-servers',
  apply: async (db) => {
    await db.schema
      .createTable('servers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('place', 'text')
      .addColumn('pid', 'integer', (column) => column.notNull())
      .addColumn('seen_at', 'double precision', (column) => column.notNull())
      .execute();
    await db.schema.alterTable('sessions').addColumn('server_id', 'text').execute();
    // A search that is done every few seconds must not take longer with more records.
    await sql`create index sessions_open on sessions (server_id) where ended_at is null`.execute(db);
  },
};
