import { sql, type Kysely } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** The settings of sessions, the text of the second pass beside the live one, and the settings of servers. */
export const recordVersions: SchemaChange = {
  name: '0003-record-versions',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await describeSessions(db, bytes);
    await tellReadingsApart(db, bytes);
    await db.schema
      .createTable('refined_parts')
      .addColumn('session_id', 'text', (column) =>
        column.notNull().references('sessions.id').onDelete('cascade'),
      )
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('first_place', 'integer', (column) => column.notNull())
      .addColumn('finals', 'integer', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('start_seconds', 'double precision', (column) => column.notNull())
      .addColumn('end_seconds', 'double precision', (column) => column.notNull())
      .addColumn('written_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('refined_parts_key', ['session_id', 'id'])
      .execute();
    await db.schema
      .createTable('configurations')
      .addColumn('data_directory', 'text', (column) => column.primaryKey())
      .addColumn('master_key_id', 'text', (column) => column.notNull())
      .addColumn('sealed', bytes, (column) => column.notNull())
      .execute();
  },
};

type Bytes = ReturnType<typeof sql>;

async function describeSessions(db: Kysely<unknown>, bytes: Bytes): Promise<void> {
  const sessions = () => db.schema.alterTable('sessions');
  // SQLite adds one column at a time.
  await sessions()
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('live'))
    .execute();
  await sessions().addColumn('task', 'text').execute();
  await sessions().addColumn('sample_rate', 'integer').execute();
  await sessions().addColumn('server_version', 'text').execute();
  await sessions().addColumn('settings', bytes).execute();
  await db.schema
    .createIndex('sessions_by_owner')
    .on('sessions')
    .columns(['tenant', 'owner', 'started_at', 'id'])
    .execute();
}

/** The reading becomes part of the key, which SQLite can change only with a new table. */
async function tellReadingsApart(db: Kysely<unknown>, bytes: Bytes): Promise<void> {
  await db.schema
    .createTable('segments_of_readings')
    .addColumn('session_id', 'text', (column) =>
      column.notNull().references('sessions.id').onDelete('cascade'),
    )
    .addColumn('reading', 'text', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('written_at', 'text', (column) => column.notNull())
    .addColumn('written_by', 'text')
    .addColumn('sealed', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('segments_of_readings_key', ['session_id', 'reading', 'place', 'version'])
    .execute();
  await sql`
    insert into segments_of_readings (session_id, reading, place, version, written_at, written_by, sealed)
    select session_id, 'live', place, version, written_at, written_by, sealed from segments`.execute(db);
  await db.schema.dropTable('segments').execute();
  await db.schema.alterTable('segments_of_readings').renameTo('segments').execute();
}
