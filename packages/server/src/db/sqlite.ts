import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CompiledQuery,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Dialect,
  type SqliteDialectConfig,
} from 'kysely';
import Libsql from 'libsql';

/**
 * How long a statement waits for another process that writes, milliseconds. The wait blocks this process,
 * so that it is short, and whoever writes tries again.
 */
const LOCK_WAIT_MS = 20;

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
  const native = openFile(path);
  const database = kyselyDatabase(native);
  const dialect = new SqliteDialect({ database });
  dialect.createDriver = () => new PurposefulDriver({ database }, native, purpose);
  return {
    dialect,
    checkpoint: () => {
      const [outcome] = native.prepare('pragma wal_checkpoint(truncate)').all();
      return (outcome as { readonly busy: number }).busy === 0;
    },
  };
}

function openFile(path: string): Libsql.Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const native = new Libsql(path, { timeout: LOCK_WAIT_MS });
  for (const pragma of PRAGMAS) native.exec(`pragma ${pragma}`);
  return native;
}

class PurposefulDriver extends SqliteDriver {
  constructor(
    config: SqliteDialectConfig,
    private readonly native: Libsql.Database,
    private readonly purpose: Purpose,
  ) {
    super(config);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Whoever will write takes the lock at once: a transaction that has read before would fail without waiting.
    const begin = this.purpose === 'write' ? 'begin immediate' : 'begin';
    await connection.executeQuery(CompiledQuery.raw(begin));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // After a full disk, for one, SQLite has rolled back already.
    if (this.native.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }
}

function kyselyDatabase(native: Libsql.Database): Exclude<SqliteDialectConfig['database'], () => unknown> {
  return {
    close: () => {
      native.close();
    },
    prepare: (text) => {
      const statement = native.prepare(text);
      return {
        reader: statement.reader,
        all: (parameters) => statement.all([...parameters]).map(withBuffers),
        run: (parameters) => statement.run([...parameters]),
        *iterate(parameters) {
          for (const row of statement.iterate([...parameters])) yield withBuffers(row);
        },
      };
    },
  };
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
