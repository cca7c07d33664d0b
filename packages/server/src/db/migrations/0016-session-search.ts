import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** Indexes by which sessions are found among very many. */
export const sessionSearch: SchemaChange = {
  name: '0016-session-search',
  apply: async (db) => {
    for (const [name, column] of [
      ['sessions_by_kind', 'kind'],
      ['sessions_by_language', 'language'],
      ['sessions_by_model', 'model'],
    ] as const)
      await db.schema
        .createIndex(name)
        .on('sessions')
        .columns(['tenant', column, 'started_at', 'id'])
        .execute();
    // Of the sessions that are open, held or interrupted there are few: the others take no room in these.
    for (const [name, condition] of [
      ['sessions_open_by_start', sql`ended_at is null`],
      ['sessions_held_by_start', sql`held = 1`],
      ['sessions_interrupted_by_start', sql`end_reason = 'interrupted'`],
    ] as const)
      await sql`create index ${sql.ref(name)} on sessions (tenant, started_at, id) where ${condition}`.execute(
        db,
      );
    await db.schema
      .createIndex('session_groups_by_name')
      .on('session_groups')
      .columns(['name', 'session_id'])
      .execute();
  },
};
