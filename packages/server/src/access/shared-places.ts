import { DEFAULT_TENANT, LOCAL_IDENTITY, type Ownership } from './identity.js';

/** Who holds a place. */
export type Holder = Pick<Ownership, 'tenant' | 'owner'>;

/**
 * Times the free places that somebody may hold, so that whoever comes next finds some: a third is left by one person or
 * program, a fifth by one tenant (Choudhury and Hahne 1998). A single place can be had by anybody.
 */
const MOST_OF_FREE = { identity: 2, tenant: 4 } as const;

/**
 * Whether `who` may take one more of so many places besides those who hold some. A server without authentication is one
 * person's, and one that names no tenants is one tenant's: they may have it all.
 */
export function mayTakePlace(who: Holder, holders: readonly Holder[], places: number): boolean {
  const free = places - holders.length;
  if (free <= 0) return false;
  if (who.owner === LOCAL_IDENTITY.subject) return true;
  const ofTenant = holders.filter(({ tenant }) => tenant === who.tenant);
  const own = ofTenant.filter(({ owner }) => owner === who.owner);
  if (own.length >= MOST_OF_FREE.identity * free) return false;
  return who.tenant === DEFAULT_TENANT || ofTenant.length < MOST_OF_FREE.tenant * free;
}
