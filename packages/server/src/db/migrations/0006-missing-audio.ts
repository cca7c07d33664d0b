import type { SchemaChange } from '../schema-change.js';

/** How much audio of a session was taken but is not in its text. */
export const missingAudio: SchemaChange = {
  name: '0006-missing-audio',
  apply: async (db) => {
    await db.schema.alterTable('sessions').addColumn('missing_seconds', 'double precision').execute();
  },
};
