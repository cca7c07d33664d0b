import { isSameIdentity, type Identity } from './identity.js';

/** Permission to read one record of somebody else in an emergency, given for a reason and for a short time. */
export interface BreakGlass {
  /** Lets `identity` read the record until the time that is returned. */
  readonly grant: (identity: Identity, record: string, reason: string) => Date;
  /** The reason for which the record is open to `identity`; undefined if it is not. */
  readonly reasonOf: (identity: Identity, record: string) => string | undefined;
}

/** How long a grant lasts, minutes. */
const BREAK_GLASS_MINUTES = 15;

interface Grant {
  readonly identity: Identity;
  readonly record: string;
  readonly reason: string;
  readonly until: Date;
}

/** Starts without grants. Grants are held in memory, so they end with the server. */
export function createBreakGlass(): BreakGlass {
  let grants: readonly Grant[] = [];
  return {
    grant: (identity, record, reason) => {
      const until = new Date(Date.now() + BREAK_GLASS_MINUTES * 60_000);
      grants = [...grants.filter((grant) => grant.until > new Date()), { identity, record, reason, until }];
      return until;
    },
    reasonOf: (identity, record) =>
      grants.findLast(
        (grant) =>
          grant.record === record && grant.until > new Date() && isSameIdentity(grant.identity, identity),
      )?.reason,
  };
}
