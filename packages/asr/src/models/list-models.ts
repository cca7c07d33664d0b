import { existsSync } from 'node:fs';
import path from 'node:path';
import { catalog, type CatalogEntry } from './catalog.js';
import { resolveModel } from './resolve-model.js';

/** A model as a person chooses one. */
export interface ListedModel {
  readonly name: string;
  readonly family: string;
  /** BCP 47 tags. */
  readonly languages: readonly string[];
  /** SPDX identifier. */
  readonly license: string;
  readonly bytes: number;
  readonly installed: boolean;
  readonly default: boolean;
  readonly source: string;
}

/** All models that can be chosen by name. */
export function listModels(): readonly ListedModel[] {
  return catalog.map((entry) => ({
    name: entry.name,
    family: entry.family,
    languages: entry.languages,
    license: entry.license,
    bytes: entry.encoder.bytes + entry.decoder.bytes,
    installed: isInstalled(entry),
    default: entry.default,
    source: entry.source,
  }));
}

/** Resolves if the model's files are there and unaltered; throws a `SpeechError` that names the file otherwise. */
export async function verifyModel(model: string): Promise<void> {
  await resolveModel(model);
}

function isInstalled(entry: CatalogEntry): boolean {
  try {
    const folder = entry.folder();
    return [entry.encoder, entry.decoder].every((file) => existsSync(path.join(folder, file.name)));
  } catch {
    return false;
  }
}
