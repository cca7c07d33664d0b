import { familyOfFolder, requireStoredFamily } from '../families/families.js';
import { SpeechError } from '../speech-error.js';
import { chooseModel } from './choose-model.js';
import type { ComputeType } from './compute-type.js';
import type { ResolvedModel } from './resolved-model.js';
import { installVariant } from './store/install-variant.js';
import { openStore, type ModelStoreOptions } from './store/model-store.js';

export type { ResolvedModel };

/** How a model is found. */
export interface ResolveOptions {
  readonly computeType: ComputeType;
  /** The store of models from a hub; without it, only models that need no hub can be used. */
  readonly store?: ModelStoreOptions | undefined;
}

/**
 * Finds a model by its name in the catalog, in a folder with the same files as a model of the catalog (with any
 * weights of that shape), or by its repository on a hub, and fetches what is missing. Files must be what they were
 * when they were pinned or first fetched. Throws `unknown_model`, `unsupported_compute_type`, `model_missing`,
 * `model_corrupt` and all that fetching throws, see `installVariant`.
 */
export async function resolveModel(
  model: string,
  { computeType, store }: ResolveOptions,
): Promise<ResolvedModel> {
  const chosen = chooseModel(model);
  switch (chosen.kind) {
    case 'built-in':
      return chosen.entry.resolve(computeType);
    case 'folder': {
      const family = await familyOfFolder(chosen.folder);
      return family.resolveFolder(chosen.folder, computeType);
    }
    case 'stored': {
      if (!store) throw noStore(chosen.model.name);
      const variant = await installVariant(chosen.model, computeType, openStore(store));
      const family = await requireStoredFamily(chosen.model.repository, variant.folder);
      return family.resolve(chosen.model.name, computeType, variant);
    }
  }
}

function noStore(name: string): SpeechError {
  return new SpeechError(
    'model_missing',
    `${name} has to be fetched, and no model folder is set.`,
    'Set a model folder, or give a folder that holds the model.',
  );
}
