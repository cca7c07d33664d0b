import { moonshineCatalog, type MoonshineEntry } from '../families/moonshine/moonshine-catalog.js';
import { whisperCatalog, type WhisperEntry } from '../families/whisper/whisper-catalog.js';

/** A model that can be chosen by name. */
export type CatalogEntry = MoonshineEntry | WhisperEntry;

/** All models by name, the default first. */
export const catalog: readonly CatalogEntry[] = [...moonshineCatalog, ...whisperCatalog];

/** The model that a name means: its own, that of its repository, or another that is in use for it. */
export function findInCatalog(model: string): CatalogEntry | undefined {
  return catalog.find(
    (entry) =>
      entry.name === model ||
      entry.repository === model ||
      (entry.family === 'whisper' && entry.aliases.includes(model)),
  );
}
