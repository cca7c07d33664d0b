import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `condition` holds; the test's own time limit is the only bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
