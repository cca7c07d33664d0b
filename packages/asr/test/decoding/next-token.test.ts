import fc from 'fast-check';
import { expect, test } from 'vitest';
import { likeliestToken } from '../../src/decoding/next-token.js';

test('takes the likeliest token of its row', () => {
  const logits = Float32Array.of(9, 9, 9, /* the row */ 1, 3, 2, /* the next row */ 9);
  expect(likeliestToken(logits, 3, 3).token).toBe(1);
});

test('takes no notice of tokens that never stand in a transcript', () => {
  const scored = likeliestToken(Float32Array.of(0, 0, 50), 0, 2);
  expect(scored.token).toBe(0);
  expect(scored.logProbability).toBeCloseTo(Math.log(0.5), 6);
});

test('gives the logarithm of the softmax within half a percent', () => {
  const logits = fc.array(fc.double({ min: -40, max: 40, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(logits, (values) => {
      const row = Float32Array.from(values);
      const best = Math.max(...row);
      const sum = row.reduce((total, logit) => total + Math.exp(logit - best), 0);
      const scored = likeliestToken(row, 0, row.length);
      expect(row[scored.token]).toBeCloseTo(best, 10);
      expect(Math.abs(Math.exp(scored.logProbability) * sum - 1)).toBeLessThan(0.005);
      expect(scored.logProbability).toBeLessThanOrEqual(0);
    }),
  );
});
