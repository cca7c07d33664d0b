import ipaddr from 'ipaddr.js';

/** Counts failures by what was shown, a name or an address, and says who has to wait. */
export interface FailureLimit {
  /** Seconds that `key` has to wait; undefined if it need not. */
  readonly waitSeconds: (key: string) => number | undefined;
  /** Counts one more failure. Tells whether it is the one that makes `key` wait. */
  readonly fail: (key: string) => boolean;
  /** Takes back a failure that was counted in advance and turned out to be none. */
  readonly forgive: (key: string) => void;
  /** Forgets the failures of `key`. */
  readonly succeed: (key: string) => void;
}

export interface FailureLimitOptions {
  /** Failures that cause no wait. */
  readonly most: number;
  /**
   * The first wait, seconds; each further failure doubles it. Failures are forgotten after that long without another.
   */
  readonly firstWaitSeconds: number;
  readonly longestWaitSeconds: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * The most keys that are remembered of those that wait, and of others that have failed; beyond that, the one that
 * failed longest ago is forgotten. They are kept separately, since otherwise failures under other names could free a
 * key that waits.
 */
const MOST_KEYS = 10_000;

interface Failures {
  readonly count: number;
  readonly waitsUntil: number;
  readonly forgottenAt: number;
}

/** A limit that has seen no failure yet. */
export function createFailureLimit(options: FailureLimitOptions): FailureLimit {
  const { most, firstWaitSeconds, longestWaitSeconds, now = () => performance.now() } = options;
  const failing = new Map<string, Failures>();
  const waiting = new Map<string, Failures>();

  const current = (key: string): Failures | undefined => {
    const failures = waiting.get(key) ?? failing.get(key);
    if (failures === undefined || failures.forgottenAt > now()) return failures;
    forget(key);
    return undefined;
  };

  const forget = (key: string): void => {
    failing.delete(key);
    waiting.delete(key);
  };

  const remember = (key: string, failures: Failures): void => {
    forget(key);
    const kept = failures.count > most ? waiting : failing;
    kept.set(key, failures);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEYS && oldest !== undefined) kept.delete(oldest);
  };

  return {
    waitSeconds: (key) => {
      const left = (current(key)?.waitsUntil ?? 0) - now();
      return left > 0 ? Math.ceil(left / 1000) : undefined;
    },
    fail: (key) => {
      const count = (current(key)?.count ?? 0) + 1;
      const seconds = Math.min(firstWaitSeconds * 2 ** Math.max(0, count - most - 1), longestWaitSeconds);
      const until = now() + seconds * 1000;
      remember(key, {
        count,
        waitsUntil: count > most ? until : 0,
        forgottenAt: until + firstWaitSeconds * 1000,
      });
      return count === most + 1;
    },
    forgive: (key) => {
      const failures = current(key);
      if (failures === undefined) return;
      const count = failures.count - 1;
      if (count === 0) forget(key);
      else remember(key, { ...failures, count, waitsUntil: count > most ? failures.waitsUntil : 0 });
    },
    succeed: forget,
  };
}

/** The key under which failures from `address` are counted: whoever has an IPv6 network has all addresses in it. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${parsed.toByteArray().slice(0, 8).join('.')}/64`;
}
