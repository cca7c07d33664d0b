import { expect, test } from 'vitest';
import { compressionRatio } from '../../../src/families/whisper/compression-ratio.js';

test('ordinary speech compresses little, and a loop much', () => {
  const spoken =
    'He started metoprolol last week, twenty five milligrams twice daily, and feels no palpitations.';
  expect(compressionRatio(spoken)).toBeLessThan(1.6);
  expect(compressionRatio('and then I said, '.repeat(12))).toBeGreaterThan(2.4);
});

test('the compression ratio is that of the reference', () => {
  // len(text) / len(zlib.compress(text)) of Python's zlib.
  expect(compressionRatio('abc'.repeat(100))).toBeCloseTo(300 / 15, 5);
  expect(compressionRatio('naïve café')).toBeCloseTo(12 / 20, 5);
  expect(compressionRatio('')).toBe(0);
});
