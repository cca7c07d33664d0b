import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFinalDelays, type DelayedFinal } from '../../../src/inference/scheduling/final-delays.js';

test('there is no delay without finals', () => {
  expect(createFinalDelays().recentP95()).toBe(0);
});

test('nineteen of twenty finals took no longer than the 95th percentile', () => {
  const delays = createFinalDelays(() => 0);
  for (let i = 1; i <= 100; i++) delays.add(final(i));
  expect(delays.recentP95()).toBeGreaterThanOrEqual(95);
  expect(delays.recentP95()).toBeLessThanOrEqual(96);
});

test('one slow final among a few does not move their third quartile', () => {
  const delays = createFinalDelays(() => 0);
  for (const seconds of [0.1, 0.1, 0.2, 0.1, 9]) delays.add(final(seconds, { share: 'a' }));
  expect(delays.recentThirdQuartileOf('a')).toBe(0.2);
  for (let i = 0; i < 3; i++) delays.add(final(2, { share: 'a' }));
  expect(delays.recentThirdQuartileOf('a')).toBe(2);
});

test('finals older than half a minute no longer count', () => {
  let now = 0;
  const delays = createFinalDelays(() => now);
  delays.add(final(5));
  now = 20_000;
  delays.add(final(1));
  expect(delays.recentP95()).toBe(5);
  now = 31_000;
  expect(delays.recentP95()).toBe(1);
  now = 60_000;
  expect(delays.recentP95()).toBe(0);
});

test('only the latest 200 finals count', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 100 }), (early) => {
      const delays = createFinalDelays(() => 0);
      for (const seconds of [...early, ...Array<number>(200).fill(7)]) delays.add(final(seconds));
      expect(delays.recentP95()).toBe(7);
    }),
  );
});

test('a share is judged by its own finals, and a new share by those of shares that take no more than theirs', () => {
  const delays = createFinalDelays(() => 0);
  for (let stream = 0; stream < 20; stream++)
    delays.add(final(9, { share: 'greedy', stream: String(stream), used: 2 }));
  expect(delays.recentP95Of('new')).toBe(0);
  delays.add(final(1, { share: 'doctor', stream: 'd', used: 1 }));
  expect(['greedy', 'doctor', 'new'].map((share) => delays.recentP95Of(share))).toEqual([9, 1, 1]);
});

test('a new share counts as late where all shares take the same and are late', () => {
  const delays = createFinalDelays(() => 0);
  for (let share = 0; share < 9; share++)
    for (const stream of ['a', 'b']) delays.add(final(9, { share: String(share), stream, used: 1 }));
  expect(delays.recentP95Of('new')).toBe(9);
});

function final(seconds: number, changes: Partial<DelayedFinal> = {}): DelayedFinal {
  return { seconds, share: '', stream: '', used: 1, ...changes };
}
