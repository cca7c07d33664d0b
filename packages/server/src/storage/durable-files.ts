import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes sure that a power cut does not change which files a folder has, and under which names: syncing a file does not sync
 * its name. Waits for the disk. Systems on which folders cannot be synced keep names by themselves.
 */
export function syncFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(path, 'r');
  } catch (error) {
    if (isUnsupported(error)) return;
    throw error;
  }
  try {
    fsyncSync(folder);
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  } finally {
    closeSync(folder);
  }
}

/** Does the same as `syncFolder`, but without holding up the event loop. */
export async function syncNames(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  }
}

/** Makes a folder that only its owner may read, and missing folders above it, so that they survive a power cut. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let folder = resolve(path); folder !== top;) {
    folder = dirname(folder);
    syncFolder(folder);
  }
}

/**
 * Writes a new file that only its owner may read. At any time, even after a power cut, it exists as a whole or not at all; once
 * this returns, it survives power cuts. Returns false if there was such a file already, which then survives.
 */
export function createWholeFile(path: string, content: string | Uint8Array): boolean {
  makeFolder(dirname(path));
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx', flush: true });
  try {
    // If two processes make the file at the same time, both use that of the first.
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(temporary);
    syncFolder(dirname(path));
  }
}

/** Windows opens no folders, and some file systems of networks do not sync them. */
function isUnsupported(error: unknown): boolean {
  return ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EROFS'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
