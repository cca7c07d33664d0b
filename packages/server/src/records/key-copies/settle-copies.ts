import { shredRemains } from '../../storage/replace-file.js';
import { addToDestroyedList, readDestroyedList } from '../destroyed-list.js';
import { removeFrom, replaceCopy } from './clean-copy.js';
import { locked, placesHere } from './copy-places.js';
import type { CopyServices } from './copy-services.js';
import { idOfCopy, placeOfCopy, readCopy } from './key-copy.js';

/** Brings every copy here, and the list of destroyed sessions, in line with what was destroyed in the database. */
export async function settleCopies(services: CopyServices): Promise<void> {
  const { rows, listPath, masterKeys, byLog } = services;
  const destroyed = await rows.allDestroyed();
  for (const place of await placesHere(services))
    await locked([place], () => settleCopy(services, place, destroyed));
  const listed = await readDestroyedList(listPath, masterKeys);
  const missing = [...destroyed].filter((id) => listed?.has(id) !== true);
  if (missing.length > 0) await addToDestroyedList(listPath, masterKeys, [...(await byLog.among(missing))]);
}

/** Settles one copy. Called under its lock. */
async function settleCopy(
  services: CopyServices,
  place: string,
  destroyed: ReadonlySet<string>,
): Promise<void> {
  const { rows, path, confirmed } = services;
  await shredRemains(place);
  const copy = await readCopy(place);
  if (copy === undefined) return;
  const back = await confirmed([...copy.keys.keys()].filter((id) => destroyed.has(id)));
  const isNamed = (await idOfCopy(place)) !== undefined;
  if (back.length > 0 || !isNamed) await replaceCopy(place, copy, back);
  if (place === (await placeOfCopy(path))) await rows.register(copy.id, place);
  await removeFrom(services, place, back);
}
