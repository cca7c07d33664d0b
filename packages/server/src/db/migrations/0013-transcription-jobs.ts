import { sql } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** Recordings, and sessions that are heard again, which outlive the server that took them. */
export const transcriptionJobs: SchemaChange = {
  name: '0013-transcription-jobs',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await db.schema
      .createTable('transcription_jobs')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('group_names', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('session_id', 'text')
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('progress', 'double precision', (column) => column.notNull())
      .addColumn('finals', 'integer', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('task', 'text', (column) => column.notNull())
      .addColumn('words', 'integer', (column) => column.notNull())
      .addColumn('hearings', 'integer', (column) => column.notNull())
      .addColumn('audio_seconds', 'double precision')
      .addColumn('damaged', 'integer', (column) => column.notNull())
      .addColumn('dropped', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('started_at', 'text')
      .addColumn('ended_at', 'text')
      .addColumn('expires_at', 'text')
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('error', 'text')
      .addColumn('server_id', 'text')
      .addColumn('audio_store', 'text', (column) => column.notNull())
      .addColumn('audio_files', 'integer', (column) => column.notNull())
      .addColumn('sealed_order', bytes)
      .addColumn('master_key_id', 'text')
      .addColumn('wrapped', bytes)
      .addColumn('mac_key_id', 'text')
      .addColumn('mac', bytes)
      .execute();
    // Those that have not ended are looked for every few seconds, among many that have.
    await sql`create index transcription_jobs_open on transcription_jobs (status) where ended_at is null`.execute(
      db,
    );
    await db.schema
      .createIndex('transcription_jobs_by_session')
      .on('transcription_jobs')
      .column('session_id')
      .execute();
    await db.schema
      .createTable('transcription_finals')
      .addColumn('job_id', 'text', (column) =>
        column.notNull().references('transcription_jobs.id').onDelete('cascade'),
      )
      .addColumn('channel', 'integer', (column) => column.notNull())
      .addColumn('hearing', 'integer', (column) => column.notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('sealed', bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('transcription_finals_key', ['job_id', 'channel', 'hearing', 'place'])
      .execute();
    await db.schema
      .createTable('transcription_results')
      .addColumn('job_id', 'text', (column) =>
        column.primaryKey().references('transcription_jobs.id').onDelete('cascade'),
      )
      .addColumn('sealed', bytes, (column) => column.notNull())
      .execute();
  },
};
