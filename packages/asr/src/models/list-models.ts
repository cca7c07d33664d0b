import { familyNamedIn } from '../families/families.js';
import { catalog } from './catalog.js';
import type { CatalogEntry } from './catalog-entry.js';
import { COMPUTE_TYPES, type ComputeType } from './compute-type.js';
import type { ModelFigures } from './model-figures.js';
import { listInstalled, type StoredRevision } from './store/list-installed.js';
import type { ModelStoreOptions } from './store/model-store.js';

/** A model in the list that people choose from. */
export interface ListedModel {
  readonly name: string;
  readonly family: string;
  /** BCP 47 tags, and the model's own tags if it has others. */
  readonly languages: readonly string[];
  /** SPDX identifier; unknown for repositories outside the catalog. */
  readonly license: string | undefined;
  /** Unknown for repositories outside the catalog. */
  readonly figures: ModelFigures | undefined;
  /** The compute types in which it is installed. */
  readonly installed: readonly ComputeType[];
  /** Space that it takes on disk, bytes. */
  readonly installedBytes: number;
  readonly default: boolean;
  readonly source: string;
}

/** All models that can be chosen by name, and whatever else is in the store. Weights are not read. */
export async function listModels(
  store?: Pick<ModelStoreOptions, 'directory'>,
): Promise<readonly ListedModel[]> {
  const stored = store ? await listInstalled(store.directory) : [];
  const known = catalog.map((entry) => listed(entry, stored));
  const others = stored.filter(({ repository }) => !catalog.some((entry) => entry.repository === repository));
  return [...known, ...(await Promise.all(others.map(listedByRepository)))];
}

/** A model of a repository that is in no catalog; its configuration tells its family. */
async function listedByRepository({
  repository,
  folder,
  variants,
  bytes,
}: StoredRevision): Promise<ListedModel> {
  return {
    name: repository,
    family: (await familyNamedIn(folder))?.name ?? 'unknown',
    languages: [],
    license: undefined,
    figures: undefined,
    installed: variants,
    installedBytes: bytes,
    default: false,
    source: `huggingface:${repository}`,
  };
}

function listed(entry: CatalogEntry, stored: readonly StoredRevision[]): ListedModel {
  const { name, family, languages, license, figures, source } = entry;
  const common = { name, family, languages, license, figures, source, default: entry.default };
  if (entry.supply === 'built-in') {
    const installed = entry.installed();
    return { ...common, installed, installedBytes: installed.length > 0 ? entry.installedBytes : 0 };
  }
  const copies = stored.filter(({ repository }) => repository === entry.repository);
  // After an update of the pins, the folder of an older revision remains: it takes space but is not used.
  const current = copies.filter(({ revision }) => (entry.pins.revision ?? revision) === revision);
  return {
    ...common,
    installed: COMPUTE_TYPES.filter((type) => current.some(({ variants }) => variants.includes(type))),
    installedBytes: copies.reduce((total, { bytes }) => total + bytes, 0),
  };
}
