import { readdir } from 'node:fs/promises';
import type { ComputeType } from '../compute-type.js';
import { installedTypes } from './find-installed.js';
import { isRevision, repositoryFolder, repositoryOfFolder, revisionFolder, storeFolder } from './layout.js';
import { readManifest, type Manifest } from './manifest.js';

/** A revision of a repository that the store holds. */
export interface StoredRevision {
  readonly repository: string;
  readonly revision: string;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly variants: readonly ComputeType[];
  /** The size of all its files. */
  readonly bytes: number;
}

/** Everything in a store according to its manifests. Files are not read. */
export async function listInstalled(directory: string): Promise<readonly StoredRevision[]> {
  const repositories = (await readFolder(storeFolder(directory))).flatMap(
    (name) => repositoryOfFolder(name) ?? [],
  );
  const found = await Promise.all(
    repositories.map(async (repository) => {
      const revisions = await readFolder(repositoryFolder(directory, repository));
      return Promise.all(
        revisions.filter(isRevision).map((revision) => readRevision(directory, repository, revision)),
      );
    }),
  );
  return found.flat().filter((revision) => revision !== undefined);
}

async function readRevision(
  directory: string,
  repository: string,
  revision: string,
): Promise<StoredRevision | undefined> {
  const folder = revisionFolder(directory, repository, revision);
  const manifest = await readManifest(folder);
  if (manifest?.repository !== repository || manifest.revision !== revision) return undefined;
  const bytes = Object.values(manifest.files).reduce((total, file) => total + file.bytes, 0);
  return { repository, revision, folder, manifest, variants: installedTypes(manifest), bytes };
}

async function readFolder(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch {
    return [];
  }
}
