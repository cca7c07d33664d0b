import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { SpeechError } from '../speech-error.js';
import { chooseModel } from './choose-model.js';
import { failureOfDisk } from './store/disk-failure.js';
import { repositoryFolder } from './store/layout.js';
import { listInstalled } from './store/list-installed.js';
import { withLock } from './store/lock.js';
import type { ModelStoreOptions } from './store/model-store.js';

/**
 * Removes a model from the store in all variants and revisions, with all that was recorded about it. Returns the
 * bytes that its files took. Throws `model_missing` if it is not there, `model_built_in` if it does not belong to the
 * store.
 */
export async function removeModel(
  model: string,
  { directory }: Pick<ModelStoreOptions, 'directory'>,
): Promise<number> {
  const chosen = chooseModel(model);
  if (chosen.kind !== 'stored') throw notOfTheStore(model, chosen.kind);
  const { name, repository } = chosen.model;
  const folder = repositoryFolder(directory, repository);
  if (!existsSync(folder)) {
    throw new SpeechError(
      'model_missing',
      `${name} is not in the model folder '${directory}'.`,
      'See `auscult models list` for those that are.',
    );
  }
  const revisions = (await listInstalled(directory)).filter((stored) => stored.repository === repository);
  await withLock(
    folder,
    () => undefined,
    async () => {
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
        throw failureOfDisk(error, directory);
      });
    },
  );
  return revisions.reduce((total, { bytes }) => total + bytes, 0);
}

function notOfTheStore(model: string, kind: 'built-in' | 'folder'): SpeechError {
  return kind === 'built-in'
    ? new SpeechError(
        'model_built_in',
        `${model} was installed with the program, and goes with it.`,
        'Leave it; it takes little room.',
      )
    : new SpeechError(
        'model_built_in',
        `'${model}' is a folder outside of the model store.`,
        'Delete the folder yourself if it is no longer needed.',
      );
}
