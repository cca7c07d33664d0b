import ipaddr from 'ipaddr.js';

/** Counts failures by name or address, and says who has to wait. */
export interface FailureLimit {
  /** Seconds that `key` has to wait; undefined where it need not. */
  readonly waitSeconds: (key: string) => number | undefined;
  /** One more failure. Tells whether it is the one that makes `key` wait. */
  readonly fail: (key: string) => boolean;
  /** Forgets the failures of `key`. */
  readonly succeed: (key: string) => void;
}

export interface FailureLimitOptions {
  /** Failures that are free. */
  readonly most: number;
  /** The first wait, seconds; each failure behind it doubles it. Failures are forgotten after as long without one. */
  readonly firstWaitSeconds: number;
  readonly longestWaitSeconds: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Keys that are remembered at most: the one that failed longest ago is forgotten. */
const MOST_KEYS = 10_000;

interface Failures {
  count: number;
  waitsUntil: number;
  forgottenAt: number;
}

/** A limit that has seen no failure yet. */
export function createFailureLimit(options: FailureLimitOptions): FailureLimit {
  const { most, firstWaitSeconds, longestWaitSeconds, now = () => performance.now() } = options;
  const failing = new Map<string, Failures>();

  const current = (key: string): Failures | undefined => {
    const failures = failing.get(key);
    if (failures === undefined || failures.forgottenAt > now()) return failures;
    failing.delete(key);
    return undefined;
  };

  return {
    waitSeconds: (key) => {
      const left = (current(key)?.waitsUntil ?? 0) - now();
      return left > 0 ? Math.ceil(left / 1000) : undefined;
    },
    fail: (key) => {
      const count = (current(key)?.count ?? 0) + 1;
      const waits = count > most;
      const seconds = Math.min(firstWaitSeconds * 2 ** Math.max(0, count - most - 1), longestWaitSeconds);
      const until = now() + seconds * 1000;
      failing.delete(key);
      failing.set(key, {
        count,
        waitsUntil: waits ? until : 0,
        forgottenAt: until + firstWaitSeconds * 1000,
      });
      const [oldest] = failing.keys();
      if (failing.size > MOST_KEYS && oldest !== undefined) failing.delete(oldest);
      return count === most + 1;
    },
    succeed: (key) => {
      failing.delete(key);
    },
  };
}

/** What failures from `address` are counted under: one who has an IPv6 network has all addresses in it. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${parsed.toByteArray().slice(0, 8).join('.')}/64`;
}
