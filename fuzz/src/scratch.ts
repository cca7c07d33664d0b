import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In memory where the system has such a folder: parsers of files are given thousands of them a second. */
const IN_MEMORY = '/dev/shm';

/** A folder that is gone when the thread ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'auscult-fuzz-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Puts `content` into the same file each time; its path. */
export function scratchFile(): (content: Uint8Array | string) => string {
  const path = join(scratchFolder(), 'input');
  return (content) => {
    writeFileSync(path, content);
    return path;
  };
}
