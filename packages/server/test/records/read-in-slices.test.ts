import { expect, test } from 'vitest';
import { createSlices } from '../../src/time-slices.js';
import { temporaryDirectory } from '../support/databases.js';
import { DR_LEE, openTestStorage, recordSession } from '../support/storage.js';

test('reading a long record gives other work turns of the event loop', async () => {
  const storage = await openTestStorage({ dataDirectory: temporaryDirectory(), database: undefined });
  const long = 'word '.repeat(1000).trim();
  await recordSession(storage, 'short', ['word']);
  await recordSession(
    storage,
    'long',
    Array.from({ length: 300 }, () => long),
  );
  const forShort = await turnsOf(() => storage.records.read('short', DR_LEE));
  const forLong = await turnsOf(async () => {
    const { segments } = await storage.records.read('long', DR_LEE);
    expect(segments).toHaveLength(300);
    expect(segments[299]?.versions[0].words).toHaveLength(1000);
  });
  expect(forLong).toBeGreaterThan(forShort + 5);
});

test('each turn of the event loop does one slice of all sliced work', async () => {
  const slices: number[] = [];
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const work = async (): Promise<void> => {
    const sliceEnds = createSlices();
    for (let slice = 0; slice < 5; slice++) {
      const begun = performance.now();
      while (performance.now() - begun < 5);
      await sliceEnds();
      slices.push(turn);
    }
  };
  await Promise.all([work(), work(), work()]);
  isOver = true;
  expect(new Set(slices).size).toBe(15);
});

/** How often the event loop came round. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}
