import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createKaldiFeatures } from '../../src/speakers/kaldi-features.js';
import { loadSpeech } from '../support/speech.js';

/** A window of a clip, and what `make-kaldi-reference.py` makes of it. */
interface Reference {
  readonly clip: string;
  /** Seconds. */
  readonly start: number;
  readonly seconds: number;
  /** Frames of the window. */
  readonly count: number;
  /** All bins of some frames, by the number of the frame. */
  readonly frames: Readonly<Record<string, readonly number[]>>;
}

const references = JSON.parse(
  readFileSync(new URL('kaldi-reference.json', import.meta.url), 'utf8'),
) as readonly Reference[];

test.each(references)(
  'features of $seconds s of $clip are those of the reference',
  async ({ clip, start, seconds, count, frames }) => {
    const { samples } = await loadSpeech(clip);
    const window = samples.subarray(start * 16_000, start * 16_000 + Math.round(seconds * 16_000));
    const { framesOf, values, write } = createKaldiFeatures();
    expect(framesOf(window.length)).toBe(count);
    const heard = new Float32Array(count * values).fill(NaN);
    write(window, heard);
    for (const [frame, expected] of Object.entries(frames)) {
      for (const [bin, value] of expected.entries()) {
        expect(Math.abs((heard[Number(frame) * values + bin] ?? NaN) - value)).toBeLessThan(1e-4);
      }
    }
  },
);

test('features of a window shorter than a frame are as many as the network needs', () => {
  const { framesOf, values, write } = createKaldiFeatures();
  const heard = new Float32Array(framesOf(10) * values).fill(NaN);
  write(new Float32Array(10).fill(0.1), heard);
  expect(heard).toHaveLength(30 * values);
  expect(heard.every(Number.isFinite)).toBe(true);
});
