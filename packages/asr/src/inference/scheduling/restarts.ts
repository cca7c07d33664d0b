import type { ExitReason } from './watched-process.js';

/** When processes are started in place of those that ended. */
export interface Restarts {
  /** Restarts so far. */
  readonly count: number;
  /** Starts another when it is time for it. */
  after(reason: ExitReason): void;
  /** Notes that the started process has done work, so that nothing is wrong any more. */
  proveSound(): void;
  /** Starts no more processes. */
  stop(): void;
}

/**
 * Calls `start` without delay after the first failure in a row, and after a growing one for each further failure. A process
 * that was ended because of its memory is replaced without delay.
 */
export function createRestarts(start: () => void): Restarts {
  let count = 0;
  let failuresInARow = 0;
  let timer: NodeJS.Timeout | undefined;

  const delay = (reason: ExitReason): number => {
    if (reason === 'memory') return 0;
    const earlier = failuresInARow++;
    return earlier === 0 ? 0 : Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** (earlier - 1));
  };

  return {
    get count() {
      return count;
    },
    after(reason) {
      count++;
      timer = setTimeout(start, delay(reason));
    },
    proveSound() {
      failuresInARow = 0;
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

/** The delay before the second restart in a row, and the longest, up to which it doubles, milliseconds. */
const BACKOFF_MS = { first: 250, longest: 30_000 } as const;
