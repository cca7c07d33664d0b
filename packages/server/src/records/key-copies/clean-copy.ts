import { prepareReplacement, shredRemains } from '../../storage/replace-file.js';
import type { CopyServices } from './copy-services.js';
import { readCopy, textOfCopy, type KeyCopy } from './key-copy.js';

/** Removes from a copy the keys of these sessions, and all others whose removal is pending. Called under the copy's lock. */
export async function removeFrom(
  { rows, confirmed }: Pick<CopyServices, 'rows' | 'confirmed'>,
  place: string,
  gone: readonly string[],
): Promise<void> {
  await shredRemains(place);
  const copy = await readCopy(place);
  if (copy === undefined) return;
  const pending = await confirmed(await rows.pendingFor(copy.id));
  const ids = [...new Set([...gone, ...pending])];
  if (ids.some((id) => copy.keys.has(id) || !copy.destroyed.has(id))) await replaceCopy(place, copy, ids);
  await rows.noteRemoved(copy.id, ids);
}

/** Writes a copy again without the keys of the sessions that are `gone`. Called under the copy's lock. */
export async function replaceCopy(place: string, copy: KeyCopy, gone: readonly string[]): Promise<void> {
  const replacement = await prepareReplacement(place, textOfCopy(copy, new Set(gone)));
  await replacement.install();
}
