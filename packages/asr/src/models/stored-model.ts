/**
 * What is known about a file of a repository in advance. The rest is taken from the hub at the first download, and
 * then kept.
 */
export interface PinnedFile {
  readonly bytes?: number;
  /** Lower-case hexadecimal. */
  readonly sha256?: string;
}

/** A repository at the revision that was examined. */
export interface PinnedRepository {
  /** A commit. If it is left out, the commit counts to which `main` points at the first download. */
  readonly revision?: string;
  /** The files by their paths in the repository. */
  readonly files: Readonly<Record<string, PinnedFile>>;
}

/** A model that the store fetches from a hub and keeps. */
export interface StoredModel {
  /** Its name in the catalog, or that of its repository. */
  readonly name: string;
  /** Owner and name. */
  readonly repository: string;
  readonly pins: PinnedRepository;
}
