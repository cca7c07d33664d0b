import { families } from '../families/list.js';
import type { CatalogEntry } from './catalog-entry.js';

/** All models by name, the default first. */
export const catalog: readonly CatalogEntry[] = families.flatMap((family) => family.catalog);

/** The model that has this name, this repository, or this alias. */
export function findInCatalog(model: string): CatalogEntry | undefined {
  return catalog.find(
    (entry) => entry.name === model || entry.repository === model || entry.aliases.includes(model),
  );
}
