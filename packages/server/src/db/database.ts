import { join } from 'node:path';
import { Kysely, sql, type Dialect, type Transaction } from 'kysely';
import type { Config } from '../config/schema.js';
import { openingError } from './database-failure.js';
import { migrate, requireNewestSchema } from './migrate.js';
import type { DatabaseKind } from './schema-change.js';
import type { Schema } from './schema.js';
import { sqliteDialect, sqliteReader } from './sqlite.js';

/** The database in which a server keeps what outlives it. */
export interface Database {
  readonly db: Kysely<Schema>;
  readonly kind: DatabaseKind;
  /**
   * Does `work` as a whole or not at all; once resolved, it is on disk. Transactions that write are not repeated
   * automatically; see `databaseFailureOf` for failures that pass.
   */
  readonly transaction: <Result>(
    work: (transaction: Transaction<Schema>) => Promise<Result>,
  ) => Promise<Result>;
  /** As `transaction`, to read one state of the whole database while others keep writing. */
  readonly snapshot: <Result>(work: (transaction: Transaction<Schema>) => Promise<Result>) => Promise<Result>;
  /**
   * Removes deleted data from the write-ahead log and free pages as well, as far as the database allows. False if
   * readers of an older state prevent it now.
   */
  readonly scrub: () => Promise<boolean>;
  /**
   * Closes it. Everything committed is then in the database itself, not in a log beside it, unless another process is
   * reading an older state; that process then does this when it closes.
   */
  readonly close: () => Promise<void>;
}

/** A database as a reader sees it. */
export type ReadableDatabase = Pick<Database, 'db' | 'kind' | 'snapshot' | 'close'>;

/** Settings that say where the database is. */
export type DatabaseSettings = Pick<Config, 'dataDirectory' | 'database'>;

/** How the database is opened. */
export interface OpeningOptions {
  /** The step of the schema to migrate to; the newest one by default. */
  readonly migrateTo?: string;
}

/**
 * Opens the database and brings its tables to what this version needs.
 * @throws {ConfigError} if it cannot be reached or opened, is damaged, or was written by a newer version.
 */
export async function openDatabase(
  settings: DatabaseSettings,
  options: OpeningOptions = {},
): Promise<Database> {
  const what = settings.database === undefined ? embeddedPath(settings) : 'the PostgreSQL database';
  try {
    const database =
      settings.database === undefined ? openEmbedded(settings) : await openPostgres(settings.database);
    await prepare(database, options);
    return database;
  } catch (error) {
    throw openingError(error, what);
  }
}

/**
 * Opens the database for reading only, beside a server or without one: its tables stay as they are, and so does the
 * write-ahead log of the embedded database.
 * @throws {ConfigError} if it is not there or damaged, or its tables are not those of this version.
 */
export async function openForReading(settings: DatabaseSettings): Promise<ReadableDatabase> {
  const what = settings.database === undefined ? embeddedPath(settings) : 'the PostgreSQL database';
  try {
    const dialect =
      settings.database === undefined
        ? sqliteReader(embeddedPath(settings))
        : await postgresDialect(settings.database);
    const db = new Kysely<Schema>({ dialect });
    try {
      await requireNewestSchema(db as unknown as Kysely<unknown>);
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return {
      db,
      kind: settings.database === undefined ? 'sqlite' : 'postgres',
      snapshot: (work) =>
        settings.database === undefined
          ? db.transaction().execute(work)
          : db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
      close: () => db.destroy(),
    };
  } catch (error) {
    throw openingError(error, what);
  }
}

/** The file of the embedded database. */
export function embeddedPath({ dataDirectory }: Pick<Config, 'dataDirectory'>): string {
  return join(dataDirectory, 'auscult.db');
}

async function prepare(database: Database, { migrateTo }: OpeningOptions): Promise<void> {
  try {
    // Steps of the schema see whatever tables there are at the time.
    await migrate(database.db as unknown as Kysely<unknown>, database.kind, migrateTo);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** How often the write-ahead log is moved into the embedded database, milliseconds. */
const CHECKPOINT_MS = 60_000;

function openEmbedded(settings: DatabaseSettings): Database {
  const path = embeddedPath(settings);
  const { dialect, checkpoint } = sqliteDialect(path, 'write');
  const db = new Kysely<Schema>({ dialect });
  // SQLite itself does it every thousand pages, so with few changes they would stay in the log for days.
  const timer = setInterval(() => {
    attempt(checkpoint);
  }, CHECKPOINT_MS).unref();
  return {
    db,
    kind: 'sqlite',
    transaction: (work) => db.transaction().execute(work),
    snapshot: async (work) => {
      const reader = new Kysely<Schema>({ dialect: sqliteDialect(path, 'read').dialect });
      try {
        return await reader.transaction().execute(work);
      } finally {
        await reader.destroy();
      }
    },
    scrub: () => Promise.resolve().then(checkpoint),
    close: async () => {
      clearInterval(timer);
      // SQLite itself would do it when the last connection closes. But a connection stays open while it has statements, and
      // the library leaves these to the garbage collector.
      attempt(checkpoint);
      await db.destroy();
    },
  };
}

/** Tries to empty the log. If that fails, it is done later, or at the next opening: the log is as safe as the database. */
function attempt(checkpoint: () => unknown): void {
  try {
    checkpoint();
  } catch {
    // The disk is full or gone, or the file is damaged: the next write will fail and report it.
  }
}

async function openPostgres(url: string): Promise<Database> {
  const db = new Kysely<Schema>({ dialect: await postgresDialect(url) });
  return {
    db,
    kind: 'postgres',
    transaction: (work) => db.transaction().execute(work),
    snapshot: (work) => db.transaction().setIsolationLevel('repeatable read').execute(work),
    scrub: async () => {
      for (const table of [
        'data_keys',
        'segments',
        'audio_pieces',
        'sessions',
        'enrolled_voices',
        'templates',
        'account_settings',
        'transcription_jobs',
        'transcription_finals',
        'transcription_results',
      ])
        await sql`vacuum ${sql.table(table)}`.execute(db);
      return true;
    },
    close: () => db.destroy(),
  };
}

/** The client of PostgreSQL is loaded only where it is used. */
async function postgresDialect(url: string): Promise<Dialect> {
  const postgres = await import('./postgres.js');
  return postgres.postgresDialect(url);
}
