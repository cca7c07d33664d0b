import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A disk that is easily filled. */
export interface SmallDisk {
  readonly fill: () => void;
  /** Removes what `fill` has written. */
  readonly free: () => void;
  readonly unmount: () => void;
}

/** Mounts one at a folder; undefined if this user may not. */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    const size = `size=${String(mebibytes)}m,mode=755`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'none', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const filler = join(folder, 'filler');
  let isMounted = true;
  const unmount = (): void => {
    if (isMounted) execFileSync('umount', ['--lazy', folder]);
    isMounted = false;
  };
  return {
    fill: () => {
      fillUp(filler);
    },
    free: () => {
      rmSync(filler, { force: true });
    },
    unmount,
  };
}

const PIECE_BYTES = [1024 * 1024, 4096] as const;

function fillUp(filler: string): void {
  const file = openSync(filler, 'w');
  try {
    for (const bytes of PIECE_BYTES) writeUntilFull(file, Buffer.alloc(bytes));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, piece: Buffer): void {
  try {
    while (writeSync(file, piece) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Lets the syncs of processes take long. */
export interface SlowDisks {
  /** Variables of a process whose disk can become slow. */
  readonly environment: (name: string) => Readonly<Record<string, string>>;
  readonly slow: (name: string) => void;
  readonly mend: (name: string) => void;
}

const SOURCE = fileURLToPath(new URL('../../chaos/slow-syncs.c', import.meta.url));

/** Builds in `folder` what slows disks down; undefined without a C compiler. */
export function createSlowDisks(folder: string): SlowDisks | undefined {
  const library = join(folder, 'slow-syncs.so');
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, SOURCE, '-ldl'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const flag = (name: string): string => join(folder, `${name}-is-slow`);
  return {
    environment: (name) => ({ LD_PRELOAD: library, SLOW_DISK_FILE: flag(name) }),
    slow: (name) => {
      writeFileSync(flag(name), '');
    },
    mend: (name) => {
      rmSync(flag(name), { force: true });
    },
  };
}
