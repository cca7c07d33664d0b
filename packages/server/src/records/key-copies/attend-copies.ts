import { removeFrom } from './clean-copy.js';
import type { CopyOutage } from './copy-outage.js';
import { locked, placesHere } from './copy-places.js';
import type { CopyServices } from './copy-services.js';
import { idOfCopy } from './key-copy.js';

/** How often a server looks for keys that others destroyed, milliseconds. On PostgreSQL another server may be waiting for it. */
const ATTEND_MS = { postgres: 500, sqlite: 5000 } as const;
/** How often a server notes in the database which copies it can reach, milliseconds. */
const TELL_MS = 5000;

/**
 * Removes keys that other servers destroyed from the copies on this machine, and tells those servers which copies it can
 * reach. Goes on until the returned function is called.
 */
export function attendCopies(services: CopyServices, outage: CopyOutage): () => void {
  const { rows, byLog, kind } = services;
  // Read ahead: a request on another server may wait for a key to be looked up in it.
  if (kind === 'postgres') byLog.refresh().catch(() => undefined);
  let isBusy = false;
  let toldAt = 0;
  const look = async (): Promise<void> => {
    const places = await namedPlaces(services);
    if (places.size === 0) return;
    const pending = await rows.pendingAmong([...places.keys()]);
    for (const id of pending) {
      const place = places.get(id);
      if (place !== undefined) await locked([place], () => removeFrom(services, place, []));
    }
    if (pending.length > 0) outage.recovered();
    if (Date.now() - toldAt < TELL_MS) return;
    toldAt = Date.now();
    await rows.tellReachable([...places.keys()]);
  };
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    look()
      .catch(outage.failing)
      .finally(() => (isBusy = false));
  }, ATTEND_MS[kind]).unref();
  return () => {
    clearInterval(timer);
  };
}

/** The paths of the copies on this machine, by the names of the copies. */
async function namedPlaces(services: CopyServices): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const place of await placesHere(services)) {
    const id = await idOfCopy(place);
    if (id !== undefined) places.set(id, place);
  }
  return places;
}
