import path from 'node:path';
import { z } from 'zod';
import type { StoredModel } from '../stored-model.js';
import { isRevision, repositoryFolder } from './layout.js';
import { readJson, writeJson } from './manifest.js';

const heldRevision = z.object({ revision: z.string().refine(isRevision) });

/** The revision of a model: the pinned one, or else the one that was found at the first download. */
export async function revisionOf(
  directory: string,
  { repository, pins }: Pick<StoredModel, 'repository' | 'pins'>,
): Promise<string | undefined> {
  if (pins.revision !== undefined) return pins.revision;
  const parsed = heldRevision.safeParse(await readJson(heldFile(directory, repository)));
  return parsed.success ? parsed.data.revision : undefined;
}

/** Keeps a repository at a revision from now on. Must be called under the lock. */
export async function holdRevision(directory: string, repository: string, revision: string): Promise<void> {
  await writeJson(heldFile(directory, repository), { revision });
}

function heldFile(directory: string, repository: string): string {
  return path.join(repositoryFolder(directory, repository), 'held-revision.json');
}
