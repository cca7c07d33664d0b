import { setTimeout as pause } from 'node:timers/promises';
import { RequestError } from '../../errors.js';
import { prepareReplacement, type Replacement } from '../../storage/replace-file.js';
import { addToDestroyedList } from '../destroyed-list.js';
import { removeFrom } from './clean-copy.js';
import { locked, placesHere } from './copy-places.js';
import type { CopyServices } from './copy-services.js';
import { readCopy, textOfCopy } from './key-copy.js';
import { ATTEMPT_MS, PATIENCE_MS, RETRY_AFTER_SECONDS } from './patience.js';

/** How long a copy may be unwritable before a deletion is refused, milliseconds. */
const WRITE_PATIENCE_MS = 2000;

/**
 * Has `commit` destroy sessions in the database, and takes their keys out of every copy. Nothing is committed before
 * every copy here could be replaced, and nothing is told before every one is.
 */
export async function destroyWithCopies(
  services: CopyServices,
  ids: readonly string[],
  commit: () => Promise<void>,
): Promise<void> {
  const places = await prepareAndCommit(services, ids, commit);
  const gone = await services.rows.destroyedAmong(ids);
  // A backup may have begun a copy meanwhile.
  const later = (await placesHere(services)).filter((place) => !places.includes(place));
  for (const place of later) await locked([place], () => removeFrom(services, place, gone));
  await waitForOthers(services, gone);
}

/** The places of the copies that were replaced with the commit. */
async function prepareAndCommit(
  services: CopyServices,
  ids: readonly string[],
  commit: () => Promise<void>,
): Promise<readonly string[]> {
  const giveUpAt = Date.now() + WRITE_PATIENCE_MS;
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

/** A copy as it will be once what is asked for is committed. */
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
    // Some were refused, and keep their keys.
    await discardAll(prepared);
    if (gone.length > 0) for (const { place } of prepared) await removeFrom(services, place, gone);
  }
  await addToDestroyedList(listPath, masterKeys, gone);
}

async function discardAll(prepared: readonly PreparedCopy[]): Promise<void> {
  for (const { replacement } of prepared) await replacement.discard().catch(() => undefined);
}

/** Servers on other machines clean what only they can reach; those that do not run do it when they start. */
async function waitForOthers({ rows, kind, log }: CopyServices, ids: readonly string[]): Promise<void> {
  if (kind === 'sqlite' || ids.length === 0) return;
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (await rows.isHeldElsewhere(ids)) {
    if (Date.now() > giveUpAt) {
      log.warn('another server has not cleaned its copy of data keys yet', { count: ids.length });
      throw new RequestError('key_copy_unavailable', {}, RETRY_AFTER_SECONDS);
    }
    await pause(ATTEMPT_MS / 2);
  }
}
