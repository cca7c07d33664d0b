import { closeSync, fchownSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { ConfigError } from '../config/config-error.js';

/** How long to wait for whoever holds the lock, and between two attempts, milliseconds. */
const PATIENCE_MS = 5000;
const POLL_MS = 10;

/**
 * Does `work` while no other process, and nobody else in this one, holds the lock of `path`. It is the lock of an
 * empty SQLite database beside the file: the system releases it when a process ends, however that happens, so that no lock is
 * left over, and none has to be taken from a process that was only stopped. Rejects with a
 * `ConfigError` after five seconds, and with the error of the system if the folder cannot be written.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`;
  createFile(lock);
  const database = new DatabaseSync(lock, { timeout: 0 });
  try {
    await acquire(database, path, Date.now() + PATIENCE_MS);
    return await work();
  } finally {
    // Ends the transaction, and so the lock.
    database.close();
  }
}

async function acquire(
  database: InstanceType<typeof DatabaseSync>,
  path: string,
  until: number,
): Promise<void> {
  for (;;) {
    try {
      database.exec('begin exclusive');
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    if (Date.now() > until)
      throw new ConfigError(`${path} is in use by another process.`, 'Wait until that has ended.');
    await pause(POLL_MS);
  }
}

/** Makes the database. Never opens an existing one: closing it would release the locks that this process has on it. */
function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw error;
  }
  try {
    leaveToOwner(file, dirname(path));
  } finally {
    closeSync(file);
  }
}

/** If root was first, the owner of the folder must be able to lock it as well. */
function leaveToOwner(file: number, folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  try {
    fchownSync(file, uid, gid);
  } catch {
    // Root may be forbidden to do this in a container, but then it is the only user there.
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'sqliteCodeName' in error &&
    /^SQLITE_(BUSY|LOCKED)/.test(String(error.sqliteCodeName))
  );
}
