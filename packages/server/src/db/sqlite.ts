import { chmodSync, closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { SqliteAdapter, SqliteDialect, SqliteDriver, type Dialect, type SqliteDialectConfig } from 'kysely';
import { LRUCache } from 'lru-cache';
import { makeFolder, syncFolder } from '../storage/durable-files.js';
import { watchFiles } from './watch-files.js';

/**
 * How long a statement waits for another process that writes, milliseconds. The wait blocks this process, so it is
 * short, and writers try again.
 */
const LOCK_WAIT_MS = 20;

/** Prepared statements that are kept for the next time. */
const MOST_PREPARED = 200;

/**
 * Settings with which SQLite loses nothing that it was told to keep, and keeps nothing that it was told to delete.
 */
const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'secure_delete = ON',
  'foreign_keys = ON',
  // Sorting and temporary tables stay in memory: nothing of the records is written elsewhere.
  'temp_store = MEMORY',
  // Shrinks the write-ahead log after a reader of an old state, such as a backup, has made it grow.
  `journal_size_limit = ${16 * 2 ** 20}`,
];

/** What transactions are for. */
type Purpose = 'read' | 'write';

/** The embedded database, open. */
interface SqliteConnection {
  readonly dialect: Dialect;
  /**
   * Moves everything that is committed into the database file, and empties the write-ahead log. False if readers of
   * an older state, or a writer, prevent that now, in which case as much as possible is done.
   */
  readonly checkpoint: () => boolean;
}

/** The embedded database in the file at `path`, which is made if there is none; only its owner may read it. */
export function sqliteDialect(path: string, purpose: Purpose): SqliteConnection {
  const native = openFile(path);
  const requireFiles = watchFiles(path);
  const database = withPreparedStatements(native);
  const dialect = new SqliteDialect({ database });
  dialect.createAdapter = () => new TransactionalAdapter();
  dialect.createDriver = () => new PurposefulDriver({ database }, native, requireFiles, purpose);
  const wholeLogIsIn = (mode: 'passive' | 'truncate'): boolean => {
    const [outcome] = named((): unknown[] => native.prepare(`pragma wal_checkpoint(${mode})`).all());
    const { busy, log, checkpointed } = outcome as Readonly<Record<'busy' | 'log' | 'checkpointed', number>>;
    return busy === 0 && log === checkpointed;
  };
  return {
    dialect,
    checkpoint: () => {
      // Closing it has done this already.
      if (!native.isOpen) return true;
      requireFiles();
      // The slow part is done while others may write, and waits for nobody.
      return wholeLogIsIn('passive') && wholeLogIsIn('truncate');
    },
  };
}

/**
 * The embedded database in the file at `path`, for reading only, beside a server or without one: neither the file nor
 * its write-ahead log is changed. Fails with `SQLITE_CANTOPEN` if there is none.
 */
export function sqliteReader(path: string): Dialect {
  const native = named(() => new DatabaseSync(path, { timeout: LOCK_WAIT_MS, readOnly: true }));
  named(() => native.exec('pragma temp_store = MEMORY'));
  return new SqliteDialect({ database: withPreparedStatements(native) });
}

interface Prepared {
  readonly statement: StatementSyncInstance;
  readonly returnsRows: boolean;
}

/** Errors have the name of SQLite's code as their `code`, such as `SQLITE_BUSY`. */
function withPreparedStatements(
  native: DatabaseSyncInstance,
): Exclude<SqliteDialectConfig['database'], () => unknown> {
  /** Prepared statements by text: the same few run again and again, and preparing one takes longer than running it. */
  const prepared = new LRUCache<string, Prepared>({ max: MOST_PREPARED });
  const prepare = (text: string): Prepared => {
    const statement = native.prepare(text);
    return { statement, returnsRows: statement.columns().length > 0 };
  };

  return {
    close: () => {
      prepared.clear();
      native.close();
    },
    prepare: (text) => {
      const kept = prepared.get(text) ?? named(() => prepare(text));
      prepared.set(text, kept);
      const { statement, returnsRows } = kept;
      return {
        reader: returnsRows,
        all: (parameters) => named(() => statement.all(...parameters).map(withBuffers)),
        run: (parameters) => named(() => statement.run(...parameters)),
        *iterate(parameters) {
          // A separate statement, since running the same one meanwhile would end its rows.
          for (const row of native.prepare(text).iterate(...parameters)) yield withBuffers(row);
        },
      };
    },
  };
}

function openFile(path: string): DatabaseSyncInstance {
  makeFolder(dirname(path));
  createFile(path);
  chmodSync(path, 0o600);
  const native = named(() => new DatabaseSync(path, { timeout: LOCK_WAIT_MS }));
  try {
    for (const pragma of PRAGMAS) named(() => native.exec(`pragma ${pragma}`));
    return native;
  } catch (error) {
    native.close();
    throw error;
  }
}

/**
 * Never opens an existing file: closing it would release the locks that this process has on it, which tell others to
 * leave its write-ahead log alone.
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    syncFolder(dirname(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/**
 * Applies the steps of the schema as a whole or not at all, which SQLite supports: a database with half of them could
 * never be opened again.
 */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class PurposefulDriver extends SqliteDriver {
  constructor(
    config: SqliteDialectConfig,
    private readonly native: DatabaseSyncInstance,
    /** Throws a `DatabaseFileError` if the files are no longer those that were opened. */
    private readonly requireFiles: () => void,
    private readonly purpose: Purpose,
  ) {
    super(config);
  }

  override beginTransaction(): Promise<void> {
    return this.execute(() => {
      this.requireFiles();
      // A transaction that will write takes the lock at once: if it had read before, it would fail without waiting.
      return this.purpose === 'write' ? 'begin immediate' : 'begin';
    });
  }

  override commitTransaction(): Promise<void> {
    return this.execute(() => 'commit');
  }

  override rollbackTransaction(): Promise<void> {
    // SQLite may have rolled back already, for example when the disk was full.
    return this.execute(() => (this.native.isTransaction ? 'rollback' : ''));
  }

  private async execute(statement: () => string): Promise<void> {
    await Promise.resolve();
    const text = statement();
    if (text !== '') named(() => this.native.exec(text));
  }
}

/** Gives errors of SQLite the name of SQLite's code in place of the library's, which is the same for all. */
function named<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) Object.assign(error, codeOf(error));
    throw error;
  }
}

/** The SQLite code of an error. While rows are read, the library gives only SQLite's text. */
function codeOf(error: Error): { readonly code?: unknown } {
  if ('sqliteCodeName' in error) return { code: error.sqliteCodeName };
  const [, code] = CODES_OF_TEXTS.find(([text]) => error.message.startsWith(text)) ?? [];
  return code === undefined ? {} : { code };
}

/** The texts of `sqlite3_errstr` for failures that are not the fault of a statement. */
const CODES_OF_TEXTS = [
  ['database disk image is malformed', 'SQLITE_CORRUPT'],
  ['malformed database schema', 'SQLITE_CORRUPT'],
  ['file is not a database', 'SQLITE_NOTADB'],
  ['database is locked', 'SQLITE_BUSY'],
  ['database table is locked', 'SQLITE_LOCKED'],
  ['database or disk is full', 'SQLITE_FULL'],
  ['disk I/O error', 'SQLITE_IOERR'],
  ['unable to open database file', 'SQLITE_CANTOPEN'],
  ['attempt to write a readonly database', 'SQLITE_READONLY'],
] as const;

/** A row with its bytes as `Buffer`; the library gives them as `Uint8Array`. */
function withBuffers(row: unknown): unknown {
  const columns = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(columns)) {
    if (value instanceof Uint8Array)
      columns[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return columns;
}
