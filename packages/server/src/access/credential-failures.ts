import { createFailureLimit } from './failure-limit.js';

/**
 * Counts requests whose credential was refused. Nobody guesses a key, a token or a ticket: what counts is that a program
 * with an old one neither fills the audit log nor hides what others at its address show.
 */
export interface CredentialFailures {
  /**
   * Counts one more, of what `shown` names, from `address`. Seconds that it has to wait; undefined where it need not,
   * so that it is to be audited.
   */
  readonly fail: (address: string, shown: string) => number | undefined;
}

/** One program that asks again and again comes to the first, one that shows ever other credentials to the second. */
const BY_SHOWN = { most: 20, firstWaitSeconds: 60, longestWaitSeconds: 900 } as const;
const BY_ADDRESS = { most: 100, firstWaitSeconds: 60, longestWaitSeconds: 900 } as const;

/** None have failed yet. `now`: milliseconds of a clock that never goes back. */
export function createCredentialFailures(now?: () => number): CredentialFailures {
  const clock = now === undefined ? {} : { now };
  const byShown = createFailureLimit({ ...BY_SHOWN, ...clock });
  const byAddress = createFailureLimit({ ...BY_ADDRESS, ...clock });
  return {
    fail: (address, shown) => {
      const key = `${address} ${shown}`;
      const waitSeconds = byShown.waitSeconds(key) ?? byAddress.waitSeconds(address);
      if (waitSeconds !== undefined) return waitSeconds;
      byShown.fail(key);
      byAddress.fail(address);
      return undefined;
    },
  };
}
