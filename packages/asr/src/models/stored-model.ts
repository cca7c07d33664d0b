/** What a file of a repository must be, as far as it is known; what is not known is taken from the hub once, and then kept. */
export interface PinnedFile {
  readonly bytes?: number;
  /** Lower-case hexadecimal. */
  readonly sha256?: string;
}

/** A repository at the revision that was looked at. */
export interface PinnedRepository {
  /** A commit; without one, the commit that `main` points to at the first fetch is kept. */
  readonly revision?: string;
  /** By their path in the repository. */
  readonly files: Readonly<Record<string, PinnedFile>>;
}

/** A model that the store fetches from a hub and keeps. */
export interface StoredModel {
  /** As a person calls it: a name of the catalog, or the repository's. */
  readonly name: string;
  /** Owner and name. */
  readonly repository: string;
  readonly pins: PinnedRepository;
}
