import { stat } from 'node:fs/promises';
import { errorCode } from '../../error-code.js';
import { withFileLock } from '../../storage/file-lock.js';
import type { CopyServices } from './copy-services.js';
import { idOfCopy, placeOfCopy } from './key-copy.js';

/** Where on this machine copies are, or are being made. Sorted: two servers that lock them all cannot block each other. */
export async function placesHere({ rows, path }: CopyServices): Promise<readonly string[]> {
  const places = await Promise.all([path, ...(await rows.paths())].map(placeOfCopy));
  const there = await Promise.all(
    places.map(async (place) => (await isThere(place)) || (await isThere(`${place}.lock`))),
  );
  return [...new Set(places.filter((_, index) => there[index]))].sort();
}

/** Whether a copy of this name is still at another place too, so that one of them must have been copied by hand. */
export async function isElsewhere({ rows }: CopyServices, copyId: string, place: string): Promise<boolean> {
  const path = await rows.pathOf(copyId);
  return path !== undefined && path !== place && (await idOfCopy(path)) === copyId;
}

/** Does `work` under the locks of the copies at these places, so that nobody else may change them. */
export async function locked(places: readonly string[], work: () => Promise<void>): Promise<void> {
  const [place, ...others] = places;
  if (place === undefined) await work();
  else await withFileLock(place, () => locked(others, work));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
