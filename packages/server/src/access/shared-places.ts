import { DEFAULT_TENANT, LOCAL_IDENTITY, type Ownership } from './identity.js';

/** Who holds a place. */
export type PlaceHolder = Pick<Ownership, 'tenant' | 'owner'>;

/**
 * How many times the number of free places somebody may hold, so that the next to come finds some: one person or
 * program leaves a third of all free, one tenant a fifth (Choudhury and Hahne 1998). Everybody can have a single
 * place.
 */
const MOST_OF_FREE = { identity: 2, tenant: 4 } as const;

/**
 * Whether `who` may take one more of the places, given who holds some. A server without authentication belongs to one
 * person, and one that names no tenants to one tenant: these may have all places.
 */
export function mayTakePlace(who: PlaceHolder, holders: readonly PlaceHolder[], places: number): boolean {
  const free = places - holders.length;
  if (free <= 0) return false;
  if (who.owner === LOCAL_IDENTITY.subject) return true;
  const ofTenant = holders.filter(({ tenant }) => tenant === who.tenant);
  const own = ofTenant.filter(({ owner }) => owner === who.owner);
  if (own.length >= MOST_OF_FREE.identity * free) return false;
  return who.tenant === DEFAULT_TENANT || ofTenant.length < MOST_OF_FREE.tenant * free;
}
