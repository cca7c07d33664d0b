import path from 'node:path';
import { SpeechError } from '../speech-error.js';
import { catalog } from './catalog.js';
import { chooseModel } from './choose-model.js';
import type { ComputeType } from './compute-type.js';
import type { BundledModel } from './store/export-bundle.js';
import { installedTypes, variantFiles } from './store/find-installed.js';
import { revisionOf } from './store/held-revision.js';
import { revisionFolder } from './store/layout.js';
import { readManifest, type Manifest } from './store/manifest.js';
import { openStore, type ModelStoreOptions } from './store/model-store.js';
import { verifyModel } from './verify-model.js';

/** A model that went into a bundle, or came out of one. */
export interface MovedModel {
  readonly name: string;
  readonly revision: string;
  readonly variants: readonly ComputeType[];
}

/**
 * Writes models of the store into one file, to be carried to a machine without a network: all installed variants,
 * unless one is named. They are verified first. Throws `model_missing`, `model_corrupt`, `model_built_in`,
 * `disk_full` or `model_directory_not_writable`.
 */
export async function exportModels(
  models: readonly string[],
  file: string,
  options: {
    readonly store: Pick<ModelStoreOptions, 'directory'>;
    readonly computeType?: ComputeType | undefined;
  },
): Promise<{ readonly models: readonly MovedModel[]; readonly bytes: number }> {
  const bundled: BundledModel[] = [];
  for (const model of new Set(models)) bundled.push(await toBundle(model, options));
  const { exportBundle } = await import('./store/export-bundle.js');
  const bytes = await exportBundle(bundled, file);
  return { models: bundled.map(({ manifest }) => moved(manifest)), bytes };
}

/**
 * Puts the models of such a file into the store. Throws `bundle_refused` with the reason, in which case nothing is
 * added to the store, `disk_full` or `model_directory_not_writable`.
 */
export async function importModels(file: string, store: ModelStoreOptions): Promise<readonly MovedModel[]> {
  const { importBundle } = await import('./store/import-bundle.js');
  return (await importBundle(path.resolve(file), openStore(store))).map(moved);
}

async function toBundle(
  model: string,
  { store, computeType }: Parameters<typeof exportModels>[2],
): Promise<BundledModel> {
  const chosen = chooseModel(model);
  if (chosen.kind !== 'stored') throw notOfTheStore(model);
  const { repository } = chosen.model;
  const variants = await verifyModel(model, { store, computeType });
  const revision = (await revisionOf(store.directory, chosen.model)) ?? '';
  const folder = revisionFolder(store.directory, repository, revision);
  const manifest = await readManifest(folder);
  if (!manifest) throw new RangeError(`${folder} was verified and has no manifest`);
  return { folder, manifest: reducedTo(manifest, variants) };
}

/** A manifest with only these variants, and the files that they need. */
function reducedTo(manifest: Manifest, variants: readonly ComputeType[]): Manifest {
  return {
    ...manifest,
    files: Object.fromEntries(variants.flatMap((type) => [...(variantFiles(manifest, type) ?? [])])),
    variants: Object.fromEntries(variants.map((type) => [type, manifest.variants[type]])),
  };
}

function moved(manifest: Manifest): MovedModel {
  const { repository, revision } = manifest;
  const name = catalog.find((entry) => entry.repository === repository)?.name ?? repository;
  return { name, revision, variants: installedTypes(manifest) };
}

function notOfTheStore(model: string): SpeechError {
  return new SpeechError(
    'model_built_in',
    `'${model}' is not in the model store, from which bundles are made.`,
    'It comes with the program, or is a folder that can be copied as it is.',
  );
}
