import { createFailureLimit } from './failure-limit.js';

/**
 * Counts requests whose credential was refused. Keys, tokens and tickets cannot be guessed; the aim is that a program
 * with an old one neither fills the audit log nor hides the failures of others at its address.
 */
export interface CredentialFailures {
  /**
   * Counts a failure of the credential that `shown` names, from `address`. Returns the seconds to wait; undefined if
   * there is no wait and the failure should be audited.
   */
  readonly fail: (address: string, shown: string) => number | undefined;
}

/**
 * A program that repeats one credential reaches the first limit; one that shows ever different credentials, the second.
 */
const BY_SHOWN = { most: 20, firstWaitSeconds: 60, longestWaitSeconds: 900 } as const;
const BY_ADDRESS = { most: 100, firstWaitSeconds: 60, longestWaitSeconds: 900 } as const;

/** Starts without failures. `now`: milliseconds of a clock that never goes back. */
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
