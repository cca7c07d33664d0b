import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RECORDING_KIND_BYTES, recordingKind } from '../../src/audio/containers/recording-kind.js';
import { encodePcm } from '../../src/audio/pcm.js';
import { clipPath } from '../clips/clips.js';

it.each([
  ['speech.mp3', 'MP3'],
  ['speech.opus', 'Ogg'],
  ['speech.ogg', 'Ogg'],
  ['mu-law.wav', 'WAV'],
  ['speech.m4a', 'MP4'],
  ['../librivox/sense_and_sensibility_01_austen_64kb-0880.flac', 'FLAC'],
])('tells %s by its first bytes', async (name, kind) => {
  const bytes = await readFile(clipPath(`containers/${name}`));
  expect(recordingKind(bytes.subarray(0, RECORDING_KIND_BYTES))).toBe(kind);
});

it('does not take raw samples for a recording: noise, silence, steps, tones', () => {
  const noise = fc.uint8Array({ minLength: 2, maxLength: 4_096 });
  const constant = fc
    .tuple(fc.integer({ min: -32_768, max: 32_767 }), fc.integer({ min: 1, max: 2_048 }))
    .map(([value, length]) => Buffer.from(new Int16Array(length).fill(value).buffer));
  const tone = fc
    .tuple(fc.double({ min: 20, max: 7_900, noNaN: true }), fc.double({ min: 0, max: 2, noNaN: true }))
    .map(([hertz, level]) =>
      encodePcm(
        Float32Array.from({ length: 2_048 }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / 16_000)),
      ),
    );
  fc.assert(
    fc.property(fc.oneof(noise, constant, tone), (bytes) => {
      expect(recordingKind(bytes)).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});

it('does not take constant samples of any value for a recording', () => {
  for (let value = -32_768; value < 32_768; value += 1) {
    expect(recordingKind(Buffer.from(new Int16Array(1_024).fill(value).buffer))).toBeUndefined();
  }
});
