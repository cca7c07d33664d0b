import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** Who said what in a record, as far as that changed after it was sent; and the voices of open sessions. */
export const speakers: SchemaChange = {
  name: '0010-speakers',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await db.schema
      .createTable('speaker_changes')
      .addColumn('session_id', 'text', (column) =>
        column.notNull().references('sessions.id').onDelete('cascade'),
      )
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('written_at', 'text', (column) => column.notNull())
      .addColumn('written_by', 'text')
      .addColumn('sealed', bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('speaker_changes_key', ['session_id', 'place'])
      .execute();
    await db.schema
      .createTable('speaker_states')
      .addColumn('session_id', 'text', (column) =>
        column.primaryKey().references('sessions.id').onDelete('cascade'),
      )
      .addColumn('sealed', bytes, (column) => column.notNull())
      .addColumn('kept_until', 'double precision')
      .execute();
  },
};
