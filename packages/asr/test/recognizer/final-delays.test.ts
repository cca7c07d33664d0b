import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFinalDelays } from '../../src/recognizer/final-delays.js';

test('there is no delay without finals', () => {
  expect(createFinalDelays().recentP95()).toBe(0);
});

test('nineteen of twenty finals took no longer than the 95th percentile', () => {
  const delays = createFinalDelays(() => 0);
  for (let i = 1; i <= 100; i++) delays.add(i);
  expect(delays.recentP95()).toBeGreaterThanOrEqual(95);
  expect(delays.recentP95()).toBeLessThanOrEqual(96);
});

test('what is half a minute old no longer counts', () => {
  let now = 0;
  const delays = createFinalDelays(() => now);
  delays.add(5);
  now = 20_000;
  delays.add(1);
  expect(delays.recentP95()).toBe(5);
  now = 31_000;
  expect(delays.recentP95()).toBe(1);
  now = 60_000;
  expect(delays.recentP95()).toBe(0);
});

test('the latest finals count whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 100 }), (early) => {
      const delays = createFinalDelays(() => 0);
      for (const seconds of [...early, ...Array<number>(200).fill(7)]) delays.add(seconds);
      expect(delays.recentP95()).toBe(7);
    }),
  );
});
