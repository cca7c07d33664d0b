import { setTimeout as pause } from 'node:timers/promises';
import { RequestError } from '../../errors.js';
import { prepareReplacement, type Replacement } from '../../storage/replace-file.js';
import { addToDestroyedList } from '../destroyed-list.js';
import { removeFrom } from './clean-copy.js';
import { locked, placesHere } from './copy-places.js';
import type { CopyServices } from './copy-services.js';
import { readCopy, textOfCopy } from './key-copy.js';
import { ATTEMPT_MS, RETRY_AFTER_SECONDS } from './patience.js';

/** How long a copy may be unwritable before a deletion is refused, milliseconds. */
const UNWRITABLE_MS = 2000;

/** How long a deletion waits for other servers to clean their copies, milliseconds. */
const OTHERS_MS = 5000;

/**
 * Has `commit` destroy sessions in the database, and removes their keys from every copy. It commits only once a replacement
 * of every copy on this machine is ready, and resolves only once all are in place.
 */
export async function destroyWithCopies(
  services: CopyServices,
  ids: readonly string[],
  commit: () => Promise<void>,
): Promise<void> {
  const places = await prepareAndCommit(services, ids, commit);
  const gone = await services.rows.destroyedAmong(ids);
  // Copies that a backup has begun in the meantime.
  const later = (await placesHere(services)).filter((place) => !places.includes(place));
  for (const place of later) await locked([place], () => removeFrom(services, place, gone));
  await waitForOthers(services, gone);
}

/** Prepares the copies here, commits, and puts the copies in place; returns their places. */
async function prepareAndCommit(
  services: CopyServices,
  ids: readonly string[],
  commit: () => Promise<void>,
): Promise<readonly string[]> {
  const giveUpAt = Date.now() + UNWRITABLE_MS;
  for (;;) {
    const places = await placesHere(services);
    const attempt = { isCommitting: false };
    try {
      await locked(places, async () => {
        const prepared = await prepareAll(places, ids);
        attempt.isCommitting = true;
        await commit();
        await installWhatIsGone(services, prepared, ids);
      });
      return places;
    } catch (error) {
      if (attempt.isCommitting || Date.now() > giveUpAt) throw error;
    }
    await pause(ATTEMPT_MS);
  }
}

/** A copy as it is to be once all sessions asked for are destroyed. */
interface PreparedCopy {
  readonly place: string;
  readonly id: string;
  readonly replacement: Replacement;
}

async function prepareAll(
  places: readonly string[],
  ids: readonly string[],
): Promise<readonly PreparedCopy[]> {
  const prepared: PreparedCopy[] = [];
  try {
    for (const place of places) {
      const copy = await readCopy(place);
      if (copy === undefined) continue;
      const replacement = await prepareReplacement(place, textOfCopy(copy, new Set(ids)));
      prepared.push({ place, id: copy.id, replacement });
    }
    return prepared;
  } catch (error) {
    await discardAll(prepared);
    throw error;
  }
}

async function installWhatIsGone(
  services: CopyServices,
  prepared: readonly PreparedCopy[],
  ids: readonly string[],
): Promise<void> {
  const { rows, listPath, masterKeys } = services;
  let gone: readonly string[];
  try {
    gone = await rows.destroyedAmong(ids);
  } catch (error) {
    await discardAll(prepared);
    throw error;
  }
  if (gone.length === new Set(ids).size) {
    for (const { replacement } of prepared) await replacement.install();
    for (const { id } of prepared) await rows.noteRemoved(id, gone);
  } else {
    // Some sessions were not destroyed and keep their keys, so the prepared copies are wrong.
    await discardAll(prepared);
    if (gone.length > 0) for (const { place } of prepared) await removeFrom(services, place, gone);
  }
  await addToDestroyedList(listPath, masterKeys, gone);
}

async function discardAll(prepared: readonly PreparedCopy[]): Promise<void> {
  for (const { replacement } of prepared) await replacement.discard().catch(() => undefined);
}

/**
 * Waits until other servers have cleaned the copies that only they can reach. Servers that do not run are not waited for:
 * they clean theirs when they start.
 */
async function waitForOthers({ rows, kind, log }: CopyServices, ids: readonly string[]): Promise<void> {
  if (kind === 'sqlite' || ids.length === 0) return;
  const giveUpAt = Date.now() + OTHERS_MS;
  while (await rows.isHeldElsewhere(ids)) {
    if (Date.now() > giveUpAt) {
      log.warn('another server has not cleaned its copy of data keys yet', { count: ids.length });
      throw new RequestError('key_copy_unavailable', {}, RETRY_AFTER_SECONDS);
    }
    await pause(ATTEMPT_MS / 2);
  }
}
