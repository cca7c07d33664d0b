import { expect, test } from 'vitest';
import type { Resampler } from '../../src/audio/resample.js';
import { createResampledInput } from '../../src/live/resampled-input.js';

const REFUSED = expect.objectContaining({ code: 'sample_rate_out_of_range' }) as Error;

test('samples held by the filter of one rate come before the audio of the next rate', () => {
  const { input, given, opened, closed } = inputAt(8_000);
  input.push(pcm(0.125));
  input.push(pcm(0.25), 8_000);
  input.push(pcm(0.5), 48_000);
  input.push(pcm(0.75));
  input.flush();
  expect(given).toEqual([0.125, 0.25, -0.25, 0.5, 0.75, -0.75]);
  expect(opened).toEqual([8_000, 48_000]);
  expect(closed).toEqual([8_000]);
});

test('an invalid rate is refused, and the rate before it stays', () => {
  const { input, given, opened } = inputAt(8_000);
  expect(() => {
    input.push(pcm(0.125), 7_999);
  }).toThrow(REFUSED);
  input.push(pcm(0.25));
  expect(given).toEqual([0.25]);
  expect(opened).toEqual([8_000]);
  expect(() => inputAt(7_999)).toThrow(REFUSED);
});

/** An input whose filters let all audio through, and hold the negative of the last sample. */
function inputAt(sampleRate: number) {
  const given: number[] = [];
  const opened: number[] = [];
  const closed: number[] = [];
  const openFilter = (rate: number): Resampler => {
    opened.push(rate);
    let last = 0;
    return {
      process(samples) {
        last = samples.at(-1) ?? 0;
        return samples;
      },
      flush: () => Float32Array.of(-last),
      close: () => closed.push(rate),
    };
  };
  const input = createResampledInput({ sampleRate, encoding: 'f32le' }, openFilter, (samples) => {
    given.push(...samples);
  });
  return { input, given, opened, closed };
}

function pcm(sample: number): Uint8Array {
  return new Uint8Array(Float32Array.of(sample).buffer);
}
