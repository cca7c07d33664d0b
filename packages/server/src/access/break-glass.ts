import { isSameIdentity, type Identity } from './identity.js';

/** Leave to read one record of somebody else's in an emergency, given for a reason and for a short time. */
export interface BreakGlass {
  /** Lets `identity` read the record until the time that is returned. */
  readonly grant: (identity: Identity, record: string) => Date;
  readonly isGranted: (identity: Identity, record: string) => boolean;
}

/** How long a grant lasts, minutes. */
const BREAK_GLASS_MINUTES = 15;

interface Grant {
  readonly identity: Identity;
  readonly record: string;
  readonly until: Date;
}

/** Nothing is granted yet. Grants end with the server. */
export function createBreakGlass(now: () => Date = () => new Date()): BreakGlass {
  let grants: readonly Grant[] = [];
  return {
    grant: (identity, record) => {
      const until = new Date(now().getTime() + BREAK_GLASS_MINUTES * 60_000);
      grants = [...grants.filter((grant) => grant.until > now()), { identity, record, until }];
      return until;
    },
    isGranted: (identity, record) =>
      grants.some(
        (grant) => grant.record === record && grant.until > now() && isSameIdentity(grant.identity, identity),
      ),
  };
}
