import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createLogMel } from '../../../src/families/whisper/log-mel.js';
import { loadSpeech, silence } from '../../support/speech.js';

/** One signal's features by `make-log-mel-reference.py`. */
interface Reference {
  readonly signal: keyof typeof signals;
  readonly bins: 80 | 128;
  readonly samples: number;
  readonly frames: number;
  readonly mean: number;
  /** All bins of some frames, by the number of the frame. */
  readonly kept: Readonly<Record<string, readonly number[]>>;
}

const { samples: speech } = await loadSpeech('dictation/joe_s001');

const signals = {
  speech,
  'speech in 30 s': inThirtySeconds(speech),
  'half a frame': speech.slice(16_000, 16_250),
  'one hop': speech.slice(16_000, 16_160),
  tone: Float32Array.from(
    { length: 16_000 },
    (_, at) => 0.99 * Math.sin((2 * Math.PI * 1_000 * at) / 16_000),
  ),
  'faint noise': noise(16_077).map((sample) => sample * 1e-4),
  silence: silence(0.5),
};

const references = JSON.parse(
  readFileSync(new URL('log-mel-reference.json', import.meta.url), 'utf8'),
) as readonly Reference[];

describe('log-mel features', () => {
  test.each(references)('of $signal in $bins bins are those of the reference', (reference) => {
    const { bins, frames } = reference;
    const audio = signals[reference.signal];
    expect(audio).toHaveLength(reference.samples);
    const features = createLogMel(bins).features(audio);
    expect(features).toHaveLength(bins * frames);
    for (const [frame, values] of Object.entries(reference.kept)) {
      const heard = values.map((_, bin) => features[bin * frames + Number(frame)] ?? NaN);
      expect(greatestDifference(heard, values)).toBeLessThan(1e-5);
    }
    const mean = features.reduce((sum, value) => sum + value, 0) / features.length;
    expect(Math.abs(mean - reference.mean)).toBeLessThan(1e-5);
  });

  test('of less than a hop are none', () => {
    expect(createLogMel(80).features(speech.subarray(0, 159))).toHaveLength(0);
    expect(createLogMel(80).features(new Float32Array(0))).toHaveLength(0);
  });

  test('do not depend on what was heard before', () => {
    const frontEnd = createLogMel(80);
    const first = frontEnd.features(signals.tone);
    frontEnd.features(speech);
    expect(frontEnd.features(signals.tone)).toEqual(first);
  });
});

function greatestDifference(heard: readonly number[], expected: readonly number[]): number {
  return Math.max(...heard.map((value, index) => Math.abs(value - (expected[index] ?? NaN))));
}

function inThirtySeconds(audio: Float32Array): Float32Array {
  const padded = silence(30);
  padded.set(audio);
  return padded;
}

/** The linear congruential generator of Numerical Recipes, within ±0.5. */
function noise(samples: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: samples }, () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
