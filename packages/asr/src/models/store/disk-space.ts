import type { ModelStore } from './model-store.js';
import { diskFull } from './disk-failure.js';

/** Space that is left free, so that nothing else on the machine fails because of a model, bytes. */
const MARGIN = 64 * 1024 ** 2;

/** Refuses a download for which there is no space. `folder` exists. Throws `disk_full`. */
export async function requireSpace(
  { freeBytes }: Pick<ModelStore, 'freeBytes'>,
  folder: string,
  bytes: number,
): Promise<void> {
  if (bytes === 0) return;
  const free = await freeBytes(folder);
  const needed = bytes + MARGIN;
  if (free < needed) throw diskFull(folder, { needed, free });
}
