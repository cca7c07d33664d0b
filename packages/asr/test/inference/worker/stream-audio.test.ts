import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStreamAudio } from '../../../src/inference/worker/stream-audio.js';

describe('the audio of streams kept by a process', () => {
  test('is read as one piece, however it came, and later audio does not change what was read', () => {
    const audio = createStreamAudio();
    audio.append(piece('a', 1_000, 3_000));
    const beginning = audio.read('a', span(1_000, 3_000));
    audio.append(piece('a', 3_000, 200_000));
    audio.append(piece('b', 0, 10));
    expect(isHeard(audio.read('a', span(2_000, 150_000)), 2_000, 150_000)).toBe(true);
    expect(isHeard(audio.read('a', span(1_000, 200_000)), 1_000, 200_000)).toBe(true);
    expect(isHeard(beginning, 1_000, 3_000)).toBe(true);
    expect(isHeard(audio.read('b', span(0, 10)), 0, 10)).toBe(true);
  });

  test('is read in place: no sample is copied for a job', () => {
    const audio = createStreamAudio();
    audio.append(piece('a', 0, 3_000));
    const first = audio.read('a', span(0, 2_000));
    audio.append(piece('a', 3_000, 6_000));
    expect(audio.read('a', span(1_000, 6_000))?.buffer).toBe(first?.buffer);
  });

  test('may have silence put ahead of it', () => {
    const audio = createStreamAudio();
    audio.append(piece('a', 50, 60));
    expect(audio.read('a', { from: 50, to: 60, silenceAhead: 3, speed: 1 })).toEqual(
      Float32Array.of(0, 0, 0, ...heard(50, 60)),
    );
  });

  test.each([1.06, 0.94])('may be heard at %f times its speed, and goes on as it began', (speed) => {
    const audio = createStreamAudio();
    const samples = Int16Array.from({ length: 8_000 }, (_, i) => 10_000 * Math.sin(i / 20));
    audio.append({ stream: 'a', from: 0, samples, neededFrom: 0 });
    const whole = audio.read('a', { from: 0, to: 8_000, silenceAhead: 0, speed });
    const beginning = audio.read('a', { from: 0, to: 4_000, silenceAhead: 0, speed });
    expect(whole?.length).toBe(Math.floor(8_000 / speed));
    const common = (beginning?.length ?? 0) - 1;
    expect(beginning?.subarray(0, common)).toEqual(whole?.subarray(0, common));
    // The tone is as much higher as it is shorter.
    const off = whole?.map((sample, i) => Math.abs(sample - (10_000 * Math.sin((i * speed) / 20)) / 32_768));
    expect(Math.max(...(off ?? [1]))).toBeLessThan(0.001);
  });

  test('is not read at all where one of its samples is missing', () => {
    const audio = createStreamAudio();
    audio.append(piece('a', 100, 200));
    for (const [from, to] of [
      [99, 150],
      [150, 201],
      [300, 400],
    ] as const) {
      expect(audio.read('a', span(from, to))).toBeUndefined();
    }
    expect(audio.read('b', span(100, 200))).toBeUndefined();
    audio.append(piece('a', 300, 300));
    expect(audio.read('a', span(100, 200))).toEqual(heard(100, 200));
    audio.forget('a');
    expect(audio.read('a', span(100, 200))).toBeUndefined();
  });

  test('behind a gap replaces the audio before it', () => {
    const audio = createStreamAudio();
    audio.append(piece('a', 0, 100));
    audio.append(piece('a', 150, 200));
    expect(audio.read('a', span(150, 200))).toEqual(heard(150, 200));
    expect(audio.read('a', span(0, 100))).toBeUndefined();
  });

  test('stays within its memory limit, and the latest audio can always be read', () => {
    const append = fc.record({
      stream: fc.constantFrom('a', 'b', 'c', 'd'),
      samples: fc.integer({ min: 1, max: 60_000 }),
      needed: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.array(append, { maxLength: 40, size: 'max' }), (appends) => {
        const audio = createStreamAudio(2_000_000);
        const ends = new Map<string, number>();
        for (const { stream, samples, needed } of appends) {
          const from = ends.get(stream) ?? 0;
          const to = from + samples;
          const neededFrom = Math.max(0, from - needed);
          audio.append({ ...piece(stream, from, to), neededFrom });
          ends.set(stream, to);
          const read = audio.read(stream, span(from, to));
          expect(read?.[0]).toBe((SOURCE[from] ?? NaN) / 32_768);
          expect(read?.at(-1)).toBe((SOURCE[to - 1] ?? NaN) / 32_768);
          const buffers = [...ends].map(([name, end]) => audio.read(name, span(end - 1, end))?.buffer);
          const bytes = buffers.reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
          expect(bytes).toBeLessThanOrEqual(2_000_000);
          // A stream's buffer holds the audio that was needed when the buffer last grew, and room for more.
          const held = buffers[[...ends.keys()].indexOf(stream)]?.byteLength ?? 0;
          expect(held / 4).toBeLessThanOrEqual(100_000 + 60_000 + 8 * 16_000);
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Samples of any stream, each another than its neighbours. */
const SOURCE = Int16Array.from({ length: 2_500_000 }, (_, place) => ((place * 7_919) % 65_536) - 32_768);

function piece(stream: string, from: number, to: number) {
  return { stream, from, samples: SOURCE.subarray(from, to), neededFrom: 0 };
}

function heard(from: number, to: number): Float32Array {
  return Float32Array.from(SOURCE.subarray(from, to), (sample) => sample / 32_768);
}

/** Whether all samples are the same: Vitest compares so many one by one, with words for each. */
function isHeard(samples: Float32Array | undefined, from: number, to: number): boolean {
  return samples !== undefined && isDeepStrictEqual(samples, heard(from, to));
}

function span(from: number, to: number) {
  return { from, to, silenceAhead: 0, speed: 1 };
}
