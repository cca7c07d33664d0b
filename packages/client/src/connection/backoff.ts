/** How long to wait before each try to connect: exponential with full jitter. */
export interface Backoff {
  /** Tries since the last connection that held. */
  readonly attempt: () => number;
  /** Milliseconds to wait before the next try. */
  readonly next: () => number;
  readonly connected: () => void;
  readonly disconnected: () => void;
}

const FIRST_MS = 250;
const LONGEST_MS = 10_000;
/** After a connection that held this long, the next loss starts with short waits again. */
const STABLE_MS = 10_000;

/** `now` is a clock in milliseconds that never goes back, `random` gives numbers from 0 up to 1. */
export function createBackoff(
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
): Backoff {
  let attempt = 0;
  let connectedAt: number | undefined;
  return {
    attempt: () => attempt,
    next: () => random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt++),
    connected: () => {
      connectedAt = now();
    },
    disconnected: () => {
      if (connectedAt !== undefined && now() - connectedAt >= STABLE_MS) attempt = 0;
      connectedAt = undefined;
    },
  };
}
