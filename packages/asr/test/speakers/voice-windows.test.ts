import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SHORTEST_FOUNDING } from '../../src/speakers/diarization.js';
import { allWindows, openWindows, VOICE_WINDOW } from '../../src/speakers/voice-windows.js';

const utterances = fc
  .record({ start: fc.integer({ min: 0, max: 100_000 }), length: fc.integer({ min: 1, max: 300 }) })
  .map(({ start, length }) => ({ start: start * 0.032, end: (start + length) * 0.032 }));

test('windows cover an utterance, and lie in it', () => {
  fc.assert(
    fc.property(utterances, (utterance) => {
      const windows = allWindows(utterance);
      expect(windows[0]?.start).toBe(utterance.start);
      expect(windows.at(-1)?.end).toBeGreaterThan(utterance.end - 0.16);
      for (const [index, { start, end }] of windows.entries()) {
        expect(end).toBeLessThanOrEqual(utterance.end + 1e-3);
        expect(end - start).toBeLessThanOrEqual(VOICE_WINDOW.length + 1e-6);
        expect(start - (windows[index - 1]?.start ?? start)).toBeLessThanOrEqual(VOICE_WINDOW.hop + 1e-6);
      }
    }),
  );
});

test('windows of an open utterance are those that it has when it has ended, each given once', () => {
  fc.assert(
    fc.property(utterances, fc.integer({ min: 1, max: 40 }), (utterance, step) => {
      const given: unknown[] = [];
      for (let heard = utterance.start; heard < utterance.end; heard += step * 0.032)
        given.push(...openWindows(utterance.start, heard, given.length));
      expect(allWindows(utterance).slice(0, given.length)).toEqual(given);
    }),
  );
});

test('the end of an utterance that may hold an answer has a window of its own, which finds no speakers', () => {
  const last = (seconds: number) => allWindows({ start: 10, end: 10 + seconds }).at(-1);
  expect(last(1.5)?.start).toBe(10);
  const { start, end } = last(4) ?? { start: 0, end: 0 };
  expect(end).toBe(14);
  expect(end - start).toBeLessThan(SHORTEST_FOUNDING);
});
