import { randomUUID } from 'node:crypto';
import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../error-code.js';
import { createWholeFile, makeFolder, syncFolder } from '../../storage/durable-files.js';
import { createNamedSealedFile, openNamedSealedFile, removedBy } from '../../storage/sealed-file.js';
import type { JobAudio } from './job-audio.js';

/** The file that names the folder, so that servers find out whether they share it. */
const PLACE_FILE = 'place';

/** Keeps the audio of jobs in files of a folder, which servers on the same disk share. The folder is made when it is needed. */
export function createFileAudio(folder: string): JobAudio {
  const pathOf = (name: string): string => join(folder, `${name}.sealed`);
  let place: string | undefined;
  return {
    place: async () => (place ??= await nameFolder(folder)),
    create: async (name, key) => {
      const file = await createNamedSealedFile(pathOf(name), key);
      const arriving = removedBy(file, async () => {
        await file.remove();
        await removeIfThere(pathOf(name));
      });
      return Object.assign(arriving, {
        keep: async () => {
          await file.finish();
          await file.sync();
          await file.remove();
          syncFolder(folder);
        },
      });
    },
    open: (name, key, size) => openNamedSealedFile(pathOf(name), key, size),
    remove: (name) => removeIfThere(pathOf(name)),
  };
}

async function nameFolder(folder: string): Promise<string> {
  const path = join(folder, PLACE_FILE);
  makeFolder(folder);
  createWholeFile(path, randomUUID());
  return `files:${await readFile(path, 'utf8')}`;
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
