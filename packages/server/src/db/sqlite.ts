import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { SqliteDialect, SqliteDriver, type Dialect, type SqliteDialectConfig } from 'kysely';
import Libsql from 'libsql';
import { watchFiles } from './watch-files.js';

/**
 * How long a statement waits for another process that writes, milliseconds. The wait blocks this process,
 * so that it is short, and whoever writes tries again.
 */
const LOCK_WAIT_MS = 20;

/** Statements kept for the next time. */
const MOST_PREPARED = 200;

/** What SQLite needs to lose nothing that it was told to keep, and to keep nothing that it was told to forget. */
const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'secure_delete = ON',
  'foreign_keys = ON',
  // Sorting and temporary tables stay in memory: nothing of the records is written elsewhere.
  'temp_store = MEMORY',
];

/** What transactions are for. */
type Purpose = 'read' | 'write';

/** The embedded database in the file at `path`, made where there is none; only its owner may read it. */
export function sqliteDialect(
  path: string,
  purpose: Purpose,
): { readonly dialect: Dialect; readonly checkpoint: () => boolean } {
  const connection = connect(path);
  const { database } = connection;
  const dialect = new SqliteDialect({ database });
  dialect.createDriver = () => new PurposefulDriver({ database }, connection, purpose);
  return {
    dialect,
    checkpoint: () => {
      const [outcome] = connection.native().prepare('pragma wal_checkpoint(truncate)').all();
      return (outcome as { readonly busy: number }).busy === 0;
    },
  };
}

interface Connection {
  readonly database: Exclude<SqliteDialectConfig['database'], () => unknown>;
  readonly native: () => Libsql.Database;
  /** Opens the file anew if a statement was left half done. */
  readonly renewIfStuck: () => void;
  /** Throws a `DatabaseFileError` where the files are not those that were opened any more. */
  readonly requireFiles: () => void;
}

/**
 * libsql does not reset a statement that met a lock, and SQLite commits nothing on a connection with a statement in
 * progress. So the connection is opened anew before the next transaction.
 */
function connect(path: string): Connection {
  let native = openFile(path);
  let requireFiles = watchFiles(path);
  let isStuck = false;
  /** By their text: the same few are run again and again, and to prepare one takes longer than to run it. */
  const prepared = new Map<string, Libsql.Statement<unknown[]>>();

  const watched = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      isStuck ||= isLocked(error);
      throw error;
    }
  };

  return {
    native: () => native,
    renewIfStuck: () => {
      if (!isStuck) return;
      const next = openFile(path);
      prepared.clear();
      native.close();
      native = next;
      requireFiles = watchFiles(path);
      isStuck = false;
    },
    requireFiles: () => {
      requireFiles();
    },
    database: {
      close: () => {
        prepared.clear();
        native.close();
      },
      prepare: (text) => {
        const statement = prepared.get(text) ?? watched(() => native.prepare(text));
        if (prepared.size >= MOST_PREPARED) prepared.clear();
        prepared.set(text, statement);
        return {
          reader: statement.reader,
          all: (parameters) => watched(() => statement.all([...parameters]).map(withBuffers)),
          run: (parameters) => watched(() => statement.run([...parameters])),
          *iterate(parameters) {
            for (const row of statement.iterate([...parameters])) yield withBuffers(row);
          },
        };
      },
    },
  };
}

function openFile(path: string): Libsql.Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createFile(path);
  chmodSync(path, 0o600);
  const native = new Libsql(path, { timeout: LOCK_WAIT_MS });
  try {
    for (const pragma of PRAGMAS) native.exec(`pragma ${pragma}`);
    return native;
  } catch (error) {
    native.close();
    throw error;
  }
}

/**
 * Never opens a file that is there: to close it would let go of the locks that this process has on it, by which others
 * know that they must leave its write-ahead log alone.
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

class PurposefulDriver extends SqliteDriver {
  constructor(
    config: SqliteDialectConfig,
    private readonly connection: Connection,
    private readonly purpose: Purpose,
  ) {
    super(config);
  }

  override beginTransaction(): Promise<void> {
    return this.execute(() => {
      this.connection.requireFiles();
      this.connection.renewIfStuck();
      // Whoever will write takes the lock at once: a transaction that has read before would fail without waiting.
      return this.purpose === 'write' ? 'begin immediate' : 'begin';
    });
  }

  override commitTransaction(): Promise<void> {
    return this.execute(() => 'commit');
  }

  override rollbackTransaction(): Promise<void> {
    // After a full disk, for one, SQLite has rolled back already.
    return this.execute(() => (this.connection.native().inTransaction ? 'rollback' : ''));
  }

  /** Not as a prepared statement: see {@link connect}. */
  private async execute(statement: () => string): Promise<void> {
    await Promise.resolve();
    const text = statement();
    if (text !== '') this.connection.native().exec(text);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_(BUSY|LOCKED)/.test(String(error.code));
}

/** libsql gives bytes as `ArrayBuffer`. */
function withBuffers(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row;
  const columns = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(columns)) {
    if (value instanceof ArrayBuffer) columns[name] = Buffer.from(value);
  }
  return columns;
}
