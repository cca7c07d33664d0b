import type { ModelGeometry } from '../decoding/model-geometry.js';
import { SpeechError } from '../speech-error.js';
import { chooseModel } from './choose-model.js';
import type { ComputeType } from './compute-type.js';
import { resolveMoonshine, resolveMoonshineFolder } from './moonshine-files.js';
import { installVariant } from './store/install-variant.js';
import { openStore, type ModelStoreOptions } from './store/model-store.js';
import { isWhisperFolder, resolveWhisperFolder, resolveWhisperVariant } from './whisper-files.js';

/** A model whose files are known to be there. */
export interface ResolvedModel {
  /** As a person calls it: a name of the catalog, a repository or a folder. */
  readonly name: string;
  readonly family: 'moonshine' | 'whisper';
  /** Tags of the languages that it recognises. */
  readonly languages: readonly string[];
  readonly computeType: ComputeType;
  readonly encoderPath: string;
  readonly decoderPath: string;
  /** Whisper: the folder with config.json, generation_config.json, preprocessor_config.json and tokenizer.json. */
  readonly folder: string;
  /** SHA-256 of both graphs, one behind the other: names what is prepared from them. */
  readonly fingerprint: string;
  /** Moonshine only: its shape is nowhere in its files. */
  readonly geometry?: ModelGeometry;
}

/** How a model is found. */
export interface ResolveOptions {
  readonly computeType: ComputeType;
  /** Where models from a hub are; without it, only those that need none can be used. */
  readonly store?: ModelStoreOptions | undefined;
}

/**
 * Finds a model by its name in the catalog, in a folder with the same files as one of them has (any weights of that
 * shape), or by its repository on a hub, and fetches what is missing. Files are what they were when they were
 * pinned, or first fetched. Throws `unknown_model`, `unsupported_compute_type`, `model_missing`, `model_corrupt`
 * and all that fetching throws, see `installVariant`.
 */
export async function resolveModel(
  model: string,
  { computeType, store }: ResolveOptions,
): Promise<ResolvedModel> {
  const chosen = chooseModel(model);
  switch (chosen.kind) {
    case 'built-in':
      return resolveMoonshine(chosen.entry, computeType);
    case 'folder':
      return (await isWhisperFolder(chosen.folder))
        ? resolveWhisperFolder(chosen.folder, computeType)
        : resolveMoonshineFolder(chosen.folder, computeType);
    case 'stored': {
      if (!store) throw noStore(chosen.model.name);
      const variant = await installVariant(chosen.model, computeType, openStore(store));
      return resolveWhisperVariant(chosen.model.name, computeType, variant);
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
