import type { SchemaChange } from '../schema-change.js';

/** The existing copies of data keys, and keys of destroyed sessions that some of them may still hold. */
export const keyCopies: SchemaChange = {
  name: '0008-key-copies',
  apply: async (db) => {
    await db.schema
      .createTable('key_copies')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'double precision', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('key_removals')
      .addColumn('copy_id', 'text', (column) =>
        column.notNull().references('key_copies.id').onDelete('cascade'),
      )
      .addColumn('session_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('key_removals_key', ['copy_id', 'session_id'])
      .execute();
  },
};
