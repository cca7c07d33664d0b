import { createPaging, type Paging } from '../server/paging.js';
import type { SessionSearch } from './sessions-api.js';

/** What somebody has searched sessions by, and how far they have gone through what was found. */
export interface Listing {
  search: SessionSearch;
  readonly paging: Paging;
}

/** Begins with the newest sessions of all. */
export function createListing(): Listing {
  return { search: {}, paging: createPaging() };
}
