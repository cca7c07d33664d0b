import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createGe2eFeatures } from '../../src/speakers/ge2e-features.js';
import { openVoiceEncoder } from '../../src/speakers/voice-encoder.js';
import { loadSpeech } from '../support/speech.js';

/** A window of a clip, and what `make-ge2e-reference.py` makes of it. */
interface Reference {
  readonly clip: string;
  /** Seconds. */
  readonly start: number;
  readonly seconds: number;
  readonly gain: number;
  /** All bins of some frames, by the number of the frame. */
  readonly frames: Readonly<Record<string, readonly number[]>>;
  /** By the network with its weights as published. */
  readonly embedding: readonly number[];
}

const references = JSON.parse(
  readFileSync(new URL('ge2e-reference.json', import.meta.url), 'utf8'),
) as readonly Reference[];

describe('mel powers', () => {
  test.each(references)('of $seconds s of $clip are those of the reference', async (reference) => {
    const { write, framesOf, values } = createGe2eFeatures();
    const [frames, bins] = [framesOf(24_000), values];
    const heard = new Float32Array(frames * bins).fill(NaN);
    write(await windowOf(reference), heard);
    for (const [frame, powers] of Object.entries(reference.frames)) {
      for (const [bin, power] of powers.entries()) {
        const difference = Math.abs((heard[Number(frame) * bins + bin] ?? NaN) - power);
        expect(difference).toBeLessThan(1e-4 * power + 1e-9);
      }
    }
  });

  test('of silence and of nothing are zero', () => {
    const { write, framesOf, values } = createGe2eFeatures();
    const heard = new Float32Array(framesOf(24_000) * values).fill(NaN);
    write(new Float32Array(24_000), heard);
    expect(heard.every((power) => power === 0)).toBe(true);
    write(new Float32Array(0), heard.fill(NaN));
    expect(heard.every((power) => power === 0)).toBe(true);
  });
});

describe('a voice encoder', () => {
  test('embeds windows together as the published weights do one by one', async () => {
    const encoder = await openVoiceEncoder();
    const embeddings = await encoder.embed(await Promise.all(references.map(windowOf)));
    for (const [row, { embedding }] of references.entries()) {
      const embedded = embeddings[row] ?? new Float32Array();
      expect(embedded).toHaveLength(encoder.size);
      expect(cosine(embedded, embedded)).toBeCloseTo(1, 4);
      // Some weights are stored in 7 bits.
      expect(cosine(embedded, Float32Array.from(embedding))).toBeGreaterThan(0.98);
    }
  });

  test('finds windows of one reader more alike than those of two', async () => {
    const encoder = await openVoiceEncoder();
    const readers = await Promise.all(
      ['librispeech/1998-15444-0006', 'librispeech/2609-156975-0005', 'librispeech/3331-159605-0003'].map(
        async (clip) => encoder.embed(halves((await loadSpeech(clip)).samples)),
      ),
    );
    const pairs = readers.flatMap((one, at) =>
      readers.map((other, otherAt) => ({ same: at === otherAt, likeness: likeness(one, other) })),
    );
    const of = (same: boolean) => pairs.filter((pair) => pair.same === same).map((pair) => pair.likeness);
    expect(Math.min(...of(true))).toBeGreaterThan(Math.max(...of(false)) + 0.2);
  });

  test('embeds more windows than it hears at a time, and none', async () => {
    const encoder = await openVoiceEncoder();
    const { samples } = await loadSpeech('librispeech/1998-15444-0006');
    const windows = Array.from({ length: 11 }, (_, at) => samples.subarray(at * 8_000, at * 8_000 + 24_000));
    expect(await encoder.embed(windows)).toHaveLength(11);
    expect(await encoder.embed([])).toEqual([]);
  });
});

async function windowOf({ clip, start, seconds, gain }: Reference): Promise<Float32Array> {
  const { samples } = await loadSpeech(clip);
  return samples
    .slice(Math.round(start * 16_000), Math.round(start * 16_000) + Math.round(seconds * 16_000))
    .map((sample) => sample * gain);
}

/** Windows of the first and of the second half of what was read. */
function halves(samples: Float32Array): readonly Float32Array[] {
  return [0.1, 0.6].map((part) => {
    const start = Math.round(part * samples.length);
    return samples.subarray(start, start + 24_000);
  });
}

/** How alike the first half of one reader and the second half of another are. */
function likeness([first]: readonly Float32Array[], [, second]: readonly Float32Array[]): number {
  return cosine(first ?? new Float32Array(), second ?? new Float32Array());
}

function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? NaN), 0);
}
