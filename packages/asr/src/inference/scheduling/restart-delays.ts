import type { ExitReason } from './watched-process.js';

/** How long to wait before a process is started in place of one that ended. */
export interface RestartDelays {
  /** Restarts so far. */
  readonly count: number;
  /** The delay before the next, milliseconds. */
  next(reason: ExitReason): number;
  /** Notes that the started process has done work, so that nothing is wrong any more. */
  readonly reset: () => void;
}

/**
 * There is no delay after the first failure in a row, and a growing one after each further failure. A process that was
 * ended because of its memory is replaced without delay.
 */
export function createRestartDelays(): RestartDelays {
  let count = 0;
  let failuresInARow = 0;
  return {
    get count() {
      return count;
    },
    next(reason) {
      count++;
      if (reason === 'memory') return 0;
      const earlier = failuresInARow++;
      return earlier === 0 ? 0 : Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** (earlier - 1));
    },
    reset() {
      failuresInARow = 0;
    },
  };
}

/** The delay before the second restart in a row, and the longest, up to which it doubles, milliseconds. */
const BACKOFF_MS = { first: 250, longest: 30_000 } as const;
