import { statSync } from 'node:fs';
import { DatabaseFileError } from './database-failure.js';

/** What distinguishes a file from another one of the same name. */
interface FileState {
  readonly inode: number;
  readonly bytes: number;
}

/**
 * Remembers the files of the embedded database, which is open. The returned function throws a `DatabaseFileError` if
 * one was removed, replaced or truncated since: SQLite holds them open, keeps pages in memory, and may not notice
 * before everything written is lost.
 */
export function watchFiles(path: string): () => void {
  const log = `${path}-wal`;
  let main = stateOf(path);
  let writeAhead = stateOf(log);
  return () => {
    const mainNow = stateOf(path);
    const writeAheadNow = stateOf(log);
    requireSame(main, mainNow);
    // A database without `auto_vacuum` only grows.
    if (main !== undefined && mainNow !== undefined && mainNow.bytes < main.bytes)
      throw new DatabaseFileError('DATABASE_FILE_CUT');
    requireSame(writeAhead, writeAheadNow);
    main = mainNow;
    writeAhead = writeAheadNow;
  };
}

function requireSame(before: FileState | undefined, now: FileState | undefined): void {
  if (before === undefined || before.inode === now?.inode) return;
  throw new DatabaseFileError('DATABASE_FILE_REMOVED');
}

function stateOf(path: string): FileState | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : { inode: found.ino, bytes: found.size };
}
