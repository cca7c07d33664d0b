import { expect, test } from 'vitest';
import { blockBytes } from '../src/audio-format.js';
import { checkAudioLength } from '../src/check-audio-length.js';

test.each([
  ['s16le', 1, 2],
  ['s16le', 2, 4],
  ['f32le', 1, 4],
  ['f32le', 2, 8],
  ['mulaw', 1, 1],
  ['alaw', 2, 2],
] as const)('%s with %i channels takes %i bytes a sample', (encoding, channels, bytes) => {
  expect(blockBytes({ encoding, channels })).toBe(bytes);
  expect(checkAudioLength(0, { encoding, channels })).toBeUndefined();
  expect(checkAudioLength(10 * bytes, { encoding, channels })).toBeUndefined();
  if (bytes === 1) return;
  expect(checkAudioLength(10 * bytes + 1, { encoding, channels })).toMatchObject({
    code: 'odd_audio_length',
    limit: `a multiple of ${bytes} bytes`,
  });
});

test.each(['opus', 'container'] as const)('%s may have any length', (encoding) => {
  expect(checkAudioLength(7, { encoding, channels: 2 })).toBeUndefined();
});
