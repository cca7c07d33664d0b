import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder in memory if the system has one, because parsers of files read thousands of them a second. */
const IN_MEMORY = '/dev/shm';

/** The beginning of a folder's name; the id of the process that made it follows. */
const PREFIX = 'auscult-fuzz-';

/** Makes a folder that is removed when the thread ends or, if that was killed, when the next folder is made. */
export function scratchFolder(): string {
  const parent = existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir();
  removeLeftFolders(parent);
  const folder = mkdtempSync(join(parent, `${PREFIX}${String(process.pid)}-`));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Returns a function that puts `content` into the same file each time, and gives its path. */
export function scratchFile(): (content: Uint8Array | string) => string {
  const path = join(scratchFolder(), 'input');
  return (content) => {
    writeFileSync(path, content);
    return path;
  };
}

/** Removes the folders of processes that no longer exist. */
export function removeLeftFolders(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`, 'u').exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process exists if this one lacks only the permission to signal it.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
