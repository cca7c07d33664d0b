import { statSync } from 'node:fs';
import path from 'node:path';
import { SpeechError } from '../speech-error.js';
import { catalog, findInCatalog } from './catalog.js';
import type { BuiltInEntry } from './catalog-entry.js';
import type { StoredModel } from './stored-model.js';

/** What the name of a model refers to. */
export type ChosenModel =
  | { readonly kind: 'built-in'; readonly entry: BuiltInEntry }
  | { readonly kind: 'stored'; readonly model: StoredModel }
  | { readonly kind: 'folder'; readonly folder: string };

/**
 * Finds what a name refers to: a model of the catalog, by any of its names; an existing folder; or else a repository,
 * `owner/name`. Throws `unknown_model`.
 */
export function chooseModel(model: string): ChosenModel {
  const entry = findInCatalog(model);
  if (entry?.supply === 'built-in') return { kind: 'built-in', entry };
  if (entry) {
    const { name, repository, pins } = entry;
    return { kind: 'stored', model: { name, repository, pins } };
  }
  if (isFolder(model)) return { kind: 'folder', folder: path.resolve(model) };
  if (isRepositoryName(model)) {
    return { kind: 'stored', model: { name: model, repository: model, pins: { files: {} } } };
  }
  throw new SpeechError(
    'unknown_model',
    `There is no model '${model}'.`,
    `Choose one of ${catalog.map(({ name }) => name).join(', ')}, or give a folder that holds a model, or a repository as owner/name.`,
  );
}

/** The names that a model may have where it is loaded, if it is chosen by this one there or in a folder. */
export function modelNames(model: string): readonly string[] {
  const entry = findInCatalog(model);
  return entry ? [entry.name] : [model, path.basename(model)];
}

/** Whether a text can name a repository of a hub: `owner/name`, neither with `--` or `..`. */
export function isRepositoryName(text: string): boolean {
  const part = '[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?';
  return new RegExp(`^${part}/${part}$`).test(text) && !/--|\.\./.test(text);
}

function isFolder(location: string): boolean {
  return statSync(location, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
