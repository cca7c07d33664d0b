import { beforeAll, describe, expect, test } from 'vitest';
import { compareSounds } from '../../src/audio/compare-sounds.js';
import { openRecording } from '../../src/audio/recording.js';
import { join, loadSpeech, silence } from '../support/speech.js';
import { writeWave } from './wave-file.js';

let one: Float32Array;
let other: Float32Array;
let noise: Float32Array;
beforeAll(async () => {
  [one, other, noise] = (await Promise.all(
    ['librispeech/367-130732-0001', 'librispeech/2609-156975-0005', 'noise/pink'].map(
      async (id) => (await loadSpeech(id)).samples,
    ),
  )) as [Float32Array, Float32Array, Float32Array];
});

describe('two channels', () => {
  test('of two people are apart, whether they take turns or talk at the same time', async () => {
    expect(await compared([one, other])).toBe('apart');
    const turns = [join([one, silence(5), one]), join([silence(one.length / 16_000), other])];
    expect(await compared(turns)).toBe('apart');
  });

  test('are apart if each microphone also hears the other person, but fainter', async () => {
    const first = join([one, silence(8)]);
    const second = join([silence(one.length / 16_000), other]);
    for (const leak of [0.03, 0.1, 0.2])
      expect(await compared([mixed(first, second, leak), mixed(second, first, leak)])).toBe('apart');
  });

  test('of a stereo microphone are alike, though one is louder, inverted, later or noisier', async () => {
    const both = join([one, other]);
    expect(await compared([both, both])).toBe('alike');
    expect(await compared([both, scaled(both, -0.4)])).toBe('alike');
    const delayed = join([silence(0.003), both]);
    expect(await compared([both, mixed(scaled(delayed, 0.5), noise, 0.1)])).toBe('alike');
    // The first person sits at the left, the second at the right.
    const left = join([one, scaled(other, 0.5)]);
    const right = join([silence(0.0005), scaled(one, 0.5), other]);
    expect(await compared([left, right])).toBe('alike');
  });

  test('are no two speakers if nobody speaks on one of them', async () => {
    expect(await compared([one, silence(5)])).toBe('single');
    expect(await compared([scaled(noise, 0.1), one])).toBe('single');
    expect(await compared([one, mixed(scaled(noise, 0.01), silence(1), 1)])).toBe('single');
  });
});

/** Compares channels as they are in a file. */
function compared(channels: readonly Float32Array[]) {
  const length = Math.max(...channels.map((samples) => samples.length));
  const equal = channels.map((samples) => mixed(samples, new Float32Array(length), 1));
  const wave = writeWave({ tag: 3, bits: 32, sampleRate: 16_000, channels: equal });
  return compareSounds(channels.length, (channel) =>
    openRecording(
      { size: wave.length, read: (start, end) => pieces(wave.subarray(start, end)) },
      { channel },
    ),
  );
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function mixed(a: Float32Array, b: Float32Array, factor: number): Float32Array {
  return Float32Array.from(
    { length: Math.max(a.length, b.length) },
    (_, at) => (a[at] ?? 0) + factor * (b[at] ?? 0),
  );
}

function scaled(samples: Float32Array, factor: number): Float32Array {
  return samples.map((sample) => factor * sample);
}
