import { randomUUID } from 'node:crypto';
import { readdir, readFile, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, isMissing } from '../../error-code.js';
import { createWholeFile, makeFolder, syncFolder } from '../../storage/durable-files.js';
import { createNamedSealedFile, openNamedSealedFile, removedBy } from '../../storage/sealed-file.js';
import type { JobAudio } from './job-audio.js';

/** The file that names the folder, so that servers find out whether they share it. */
const PLACE_FILE = 'place';

/**
 * Keeps the audio of jobs in files of a folder, which servers on the same disk share. The folder is made when it is needed, and
 * removed by a server that stops and finds nothing in it.
 */
export function createFileAudio(folder: string): JobAudio {
  const pathOf = (name: string): string => join(folder, `${name}.sealed`);
  /** The name of the folder, as it was last given out. */
  let name: string | undefined;

  /** Another server may have removed the folder when it stopped, and a third have made it anew, with another name. */
  const requireName = async (): Promise<void> => {
    const now = (await nameOf(folder)) ?? (await nameFolder(folder, name));
    if (now === name) return;
    name = undefined;
    throw new RangeError('the folder has another name by now');
  };

  return {
    place: async () => placeOf((name = (await nameOf(folder)) ?? (await nameFolder(folder, name)))),
    usedPlace: async () => {
      const found = await nameOf(folder);
      return found === undefined ? undefined : placeOf((name = found));
    },
    create: async (file, key) => {
      makeFolder(folder);
      const created = await createNamedSealedFile(pathOf(file), key);
      const arriving = removedBy(created, async () => {
        await created.remove();
        await removeIfThere(pathOf(file));
      });
      try {
        // Only now can nobody find the folder empty any more.
        await requireName();
      } catch (error) {
        await arriving.remove();
        throw error;
      }
      return Object.assign(arriving, {
        keep: async () => {
          await created.finish();
          await created.sync();
          await created.remove();
          syncFolder(folder);
        },
      });
    },
    open: (file, key, size) => openNamedSealedFile(pathOf(file), key, size),
    remove: (file) => removeIfThere(pathOf(file)),
    removeIfEmpty: () => removeEmptyFolder(folder),
  };
}

function placeOf(name: string): string {
  return `files:${name}`;
}

/** The name that the folder has. */
async function nameOf(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, PLACE_FILE), 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Names the folder, unless somebody else has done so, and returns the name that it has then. */
async function nameFolder(folder: string, name: string = randomUUID()): Promise<string> {
  makeFolder(folder);
  createWholeFile(join(folder, PLACE_FILE), name);
  return (await nameOf(folder)) ?? name;
}

async function removeEmptyFolder(folder: string): Promise<void> {
  const name = await nameOf(folder);
  if (name === undefined || (await readdir(folder)).length > 1) return;
  await removeIfThere(join(folder, PLACE_FILE));
  try {
    await rmdir(folder);
  } catch (error) {
    // Another server has begun to use it. What it keeps there is known by the name.
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) await nameFolder(folder, name);
    else if (!isMissing(error)) throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
