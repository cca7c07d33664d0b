import { expect, test } from 'vitest';
import { createReceivedCount } from '../../src/live/received-count.js';

test('counts samples of the client within a length of audio, and never more than there are', () => {
  const received = createReceivedCount(48_000);
  received.addSamples(48_000, undefined, 0);
  expect([received.within(0), received.within(0.5), received.within(2)]).toEqual([0, 24_000, 48_000]);
  expect(received.total()).toBe(48_000);
});

test('follows changes of the sample rate and new streams', () => {
  const received = createReceivedCount(8000);
  received.addSamples(8000, undefined, 0);
  received.addSamples(16_000, 16_000, undefined);
  expect(received.place()).toEqual({ count: 8000, seconds: 1, sampleRate: 16_000 });
  expect([received.within(0.5), received.within(1.5), received.within(2)]).toEqual([4000, 16_000, 24_000]);
  received.addSamples(100, 44_100, 2);
  expect(received.place()).toEqual({ count: 24_000, seconds: 2, sampleRate: 44_100 });
});

test('of what has to be decoded, only counts what was followed by more', () => {
  const received = createReceivedCount(16_000);
  received.addEncoded(1000, 0);
  received.addEncoded(1000, 1);
  received.addEncoded(1000, 1);
  expect(received.within(1)).toBe(1000);
  received.addEncoded(1000, 2);
  expect([received.within(1.9), received.within(2)]).toEqual([1000, 3000]);
  expect(received.place().sampleRate).toBeUndefined();
});

test('stays bounded and never says too much if the rate changes with every piece', () => {
  const received = createReceivedCount(16_000);
  let seconds = 0;
  for (let piece = 0; piece < 1000; piece++) {
    const rate = piece % 2 === 0 ? 8000 : 16_000;
    received.addSamples(rate / 100, rate, undefined);
    seconds += 0.01;
  }
  expect(received.within(0.5)).toBeLessThanOrEqual(0.5 * 12_000 + 80);
  expect(received.within(seconds + 0.01)).toBe(received.total());
});
