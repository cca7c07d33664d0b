import { whisperLanguages } from '../families/whisper/languages.js';
import { catalog, type CatalogEntry } from './catalog.js';
import { COMPUTE_TYPES, type ComputeType } from './compute-type.js';
import type { ModelFigures } from './model-figures.js';
import { isMoonshineInstalled } from '../families/moonshine/moonshine-files.js';
import { listInstalled } from './store/list-installed.js';
import type { ModelStoreOptions } from './store/model-store.js';
import type { WhisperEntry } from '../families/whisper/whisper-catalog.js';

/** A model as a person chooses one. */
export interface ListedModel {
  readonly name: string;
  readonly family: string;
  /** BCP 47 tags, and Whisper's own where it has others. */
  readonly languages: readonly string[];
  /** SPDX identifier; not known of repositories outside of the catalog. */
  readonly license: string | undefined;
  /** Not known of repositories outside of the catalog. */
  readonly figures: ModelFigures | undefined;
  /** Which parts of it are installed. */
  readonly installed: readonly ComputeType[];
  /** Space that it takes on the disk, bytes. */
  readonly installedBytes: number;
  readonly default: boolean;
  readonly source: string;
}

/** All models that can be chosen by name, and whatever else is in the store. Files are not looked into. */
export async function listModels(
  store?: Pick<ModelStoreOptions, 'directory'>,
): Promise<readonly ListedModel[]> {
  const stored = store ? await listInstalled(store.directory) : [];
  const known = catalog.map((entry) => listed(entry, stored));
  const others = stored
    .filter(({ repository }) => !catalog.some((entry) => entry.repository === repository))
    .map(({ repository, variants, bytes }) => ({
      name: repository,
      family: 'whisper',
      languages: [],
      license: undefined,
      figures: undefined,
      installed: variants,
      installedBytes: bytes,
      default: false,
      source: `huggingface:${repository}`,
    }));
  return [...known, ...others];
}

function listed(entry: CatalogEntry, stored: Awaited<ReturnType<typeof listInstalled>>): ListedModel {
  const { name, family, license, figures, source } = entry;
  const common = { name, family, license, figures, source, default: entry.default };
  if (entry.family === 'moonshine') {
    const bytes = entry.encoder.bytes + entry.decoder.bytes;
    const there = isMoonshineInstalled(entry);
    return {
      ...common,
      languages: entry.languages,
      installed: there ? ['int8'] : [],
      installedBytes: there ? bytes : 0,
    };
  }
  const copies = stored.filter(({ repository }) => repository === entry.repository);
  // After an update of the pins, the folder of an older revision remains: it takes space and is not used.
  const current = copies.filter(({ revision }) => (entry.pins.revision ?? revision) === revision);
  return {
    ...common,
    languages: languagesOf(entry),
    installed: COMPUTE_TYPES.filter((type) => current.some(({ variants }) => variants.includes(type))),
    installedBytes: copies.reduce((total, { bytes }) => total + bytes, 0),
  };
}

/** Cantonese came with the third version. */
function languagesOf({ name, multilingual }: WhisperEntry): readonly string[] {
  if (!multilingual) return ['en'];
  const third = name.includes('-v3');
  return [...whisperLanguages.keys()].filter((tag) => third || tag !== 'yue');
}
