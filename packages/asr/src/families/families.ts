import path from 'node:path';
import { z } from 'zod';
import { readJson } from '../models/store/manifest.js';
import { SpeechError } from '../speech-error.js';
import { families } from './list.js';
import type { ModelFamily, StoredFamily } from './model-family.js';

/** The family with that name. Throws a `RangeError` for a name that no resolved model has. */
export function familyOf({ family: name }: { readonly family: string }): ModelFamily {
  return found(
    families.find((family) => family.name === name),
    name,
  );
}

/**
 * The family of a model in a folder: the one that its configuration names, or else the family whose models have no
 * configuration.
 */
export async function familyOfFolder(folder: string): Promise<ModelFamily> {
  const named = await familyNamedIn(folder);
  return (
    named ??
    found(
      families.find(({ stored }) => stored === undefined),
      folder,
    )
  );
}

/** The family that the configuration in a folder names. */
export async function familyNamedIn(folder: string): Promise<ModelFamily | undefined> {
  const configuration = configurationSchema.safeParse(await readJson(path.join(folder, 'config.json')));
  if (!configuration.success) return undefined;
  return families.find(({ stored }) => stored?.modelType === configuration.data.model_type);
}

/** The family of a repository, by its configuration in a folder. Throws `unknown_model`. */
export async function requireStoredFamily(repository: string, folder: string): Promise<StoredFamily> {
  const family = await familyNamedIn(folder);
  if (family?.stored) return family.stored;
  throw new SpeechError(
    'unknown_model',
    `The repository ${repository} holds no ${storedTitles()} model: its config.json says so.`,
    'Choose a name from `auscult models list`.',
  );
}

/** The families whose models the store can fetch, as a person names them. */
export function storedTitles(): string {
  return families.flatMap(({ title, stored }) => (stored ? [title] : [])).join(' or ');
}

function found(family: ModelFamily | undefined, sought: string): ModelFamily {
  if (!family) throw new RangeError(`there is no family for ${sought}`);
  return family;
}

const configurationSchema = z.object({ model_type: z.string() });
