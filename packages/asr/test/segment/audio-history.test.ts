import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAudioHistory } from '../../src/segment/audio-history.js';

test('gives back the appended samples, however they were cut and whatever was released', () => {
  const step = fc.oneof(
    fc.record({ append: fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 40_000 })) }),
    fc.record({ forget: fc.integer({ min: 0, max: 60_000 }) }),
    fc.record({ from: fc.integer({ min: 0, max: 60_000 }), length: fc.integer({ min: 0, max: 50_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const history = createAudioHistory();
      let kept = 0;
      for (const each of steps) {
        if ('append' in each) {
          history.append(ramp(history.end, history.end + each.append));
        } else if ('forget' in each) {
          // As in a stream, the oldest sample that is still needed moves on, at most to the end.
          kept = Math.min(history.end, kept + each.forget);
          history.forgetBefore(kept);
        } else {
          const from = Math.max(kept, history.end - each.from);
          const to = from + each.length;
          expect(sameSamples(history.slice(from, to), from, Math.min(to, history.end))).toBe(true);
        }
      }
      expect(sameSamples(history.slice(0, Infinity), kept, history.end)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('leaves out samples that it does not hold', () => {
  const history = createAudioHistory();
  history.append(ramp(0, 100));
  history.forgetBefore(40);
  expect(history.slice(20, 50)).toHaveLength(10);
  expect(history.slice(90, 200)).toHaveLength(10);
  expect(history.slice(120, 130)).toHaveLength(0);
  expect(history.end).toBe(100);
});

test('does not bring back released audio', () => {
  const history = createAudioHistory();
  history.append(ramp(0, 100));
  history.forgetBefore(60);
  history.forgetBefore(30);
  expect(history.slice(0, 100)).toHaveLength(40);
});

test('does not release audio that is yet to come', () => {
  const history = createAudioHistory();
  history.forgetBefore(1_000);
  history.append(ramp(0, 100));
  expect(history.slice(0, 100)).toHaveLength(100);
});

test('clips samples beyond the range of 16 bits', () => {
  const history = createAudioHistory();
  history.append(Float32Array.of(1, -1, 1.5, -1.5, 0));
  expect([...history.slice(0, 5)]).toEqual([32_767, -32_768, 32_767, -32_768, 0]);
});

/** Samples that tell their own number. */
function ramp(from: number, to: number): Float32Array {
  return Float32Array.from({ length: to - from }, (_, index) => sampleAt(from + index) / 32_768);
}

function sampleAt(number: number): number {
  return ((number * 7) % 65_536) - 32_768;
}

function sameSamples(slice: Int16Array, from: number, to: number): boolean {
  return (
    slice.length === Math.max(0, to - from) &&
    slice.every((sample, index) => sample === sampleAt(from + index))
  );
}
