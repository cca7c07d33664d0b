import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** Voices that people enrolled, of each person one. */
export const enrolledVoices: SchemaChange = {
  name: '0011-enrolled-voices',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await db.schema
      .createTable('enrolled_voices')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('consent', 'text', (column) => column.notNull())
      .addColumn('encoder', 'text', (column) => column.notNull())
      .addColumn('enrolled_at', 'text', (column) => column.notNull())
      .addColumn('master_key_id', 'text', (column) => column.notNull())
      .addColumn('sealed', bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('enrolled_voices_key', ['tenant', 'owner'])
      .execute();
  },
};
