import { sql, type Kysely } from 'kysely';
import type { SchemaChange } from '../schema-change.js';

/** Sessions with their keys, finals and audio, and the audit log. */
export const recordsAndAudit: SchemaChange = {
  name: '0001-records-and-audit',
  apply: async (db, kind) => {
    const bytes = kind === 'sqlite' ? sql`blob` : sql`bytea`;
    await db.schema
      .createTable('sessions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('channels', 'integer', (column) => column.notNull())
      .addColumn('started_at', 'text', (column) => column.notNull())
      .addColumn('ended_at', 'text')
      .addColumn('end_reason', 'text')
      .addColumn('finals', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('audio_seconds', 'double precision', (column) => column.notNull().defaultTo(0))
      .addColumn('held', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createIndex('sessions_by_start')
      .on('sessions')
      .columns(['tenant', 'started_at', 'id'])
      .execute();
    await db.schema
      .createTable('session_groups')
      .addColumn('session_id', 'text', (column) =>
        column.notNull().references('sessions.id').onDelete('cascade'),
      )
      .addColumn('name', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('session_groups_key', ['session_id', 'name'])
      .execute();
    await db.schema
      .createTable('data_keys')
      .addColumn('session_id', 'text', (column) =>
        column.primaryKey().references('sessions.id').onDelete('cascade'),
      )
      .addColumn('master_key_id', 'text', (column) => column.notNull())
      .addColumn('wrapped', bytes, (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('destroyed_keys')
      .addColumn('session_id', 'text', (column) => column.primaryKey())
      .addColumn('destroyed_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('segments')
      .addColumn('session_id', 'text', (column) =>
        column.notNull().references('sessions.id').onDelete('cascade'),
      )
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('written_at', 'text', (column) => column.notNull())
      .addColumn('written_by', 'text')
      .addColumn('sealed', bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('segments_key', ['session_id', 'place', 'version'])
      .execute();
    await db.schema
      .createTable('audio_pieces')
      .addColumn('session_id', 'text', (column) =>
        column.notNull().references('sessions.id').onDelete('cascade'),
      )
      .addColumn('channel', 'integer', (column) => column.notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('sealed', bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('audio_pieces_key', ['session_id', 'channel', 'place'])
      .execute();
    await db.schema
      .createTable('audit_entries')
      .addColumn('sequence', 'bigint', (column) => column.primaryKey())
      .addColumn('entry', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute();
    await (kind === 'sqlite' ? guardInSqlite(db) : guardInPostgres(db));
  },
};

async function guardInSqlite(db: Kysely<unknown>): Promise<void> {
  for (const change of ['update', 'delete']) {
    await sql`create trigger ${sql.raw(`audit_entries_no_${change}`)}
      before ${sql.raw(change)} on audit_entries
      begin select raise(abort, 'audit entries are only ever added'); end`.execute(db);
  }
}

async function guardInPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create function refuse_audit_change() returns trigger language plpgsql as
    $$ begin raise exception 'audit entries are only ever added'; end $$`.execute(db);
  await sql`create trigger audit_entries_no_change before update or delete or truncate on audit_entries
    for each statement execute function refuse_audit_change()`.execute(db);
}
