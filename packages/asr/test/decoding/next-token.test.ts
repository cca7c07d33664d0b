import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawnToken,
  likeliestToken,
  likeliestTokens,
  mostAttendedFrame,
} from '../../src/decoding/next-token.js';

/** Logits as models have them, with tokens that may not come among them, but never all. */
const logits = fc
  .array(fc.oneof(fc.double({ min: -40, max: 40, noNaN: true }), fc.constant(-Infinity)), {
    minLength: 1,
    maxLength: 300,
  })
  // Not -0, which is no smaller than 0.
  .map((values) => Float32Array.from(values, (value) => Math.fround(value) + 0))
  .filter((row) => row.some((logit) => logit > -Infinity));

describe('the likeliest token', () => {
  test('is the one of the highest logit', () => {
    expect(likeliestToken(Float32Array.of(1, 3, 2)).token).toBe(1);
  });

  test('is chosen without regard to forbidden tokens', () => {
    const scored = likeliestToken(Float32Array.of(0, 0, -Infinity));
    expect(scored.token).toBe(0);
    expect(scored.logProbability).toBeCloseTo(Math.log(0.5), 6);
  });

  test('comes with the logarithm of the softmax within half a percent', () => {
    fc.assert(
      fc.property(logits, (row) => {
        const scored = likeliestToken(row);
        expect(row[scored.token]).toBe(Math.max(...row));
        expect(Math.exp(scored.logProbability) / softmax(row, scored.token)).toBeCloseTo(1, 2);
        expect(scored.logProbability).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('the likeliest tokens', () => {
  test('come in order of their logits, each with its own probability', () => {
    fc.assert(
      fc.property(logits, fc.integer({ min: 1, max: 8 }), (row, count) => {
        const scored = likeliestTokens(row, count);
        const possible = [...row].filter((logit) => logit > -Infinity).sort((a, b) => b - a);
        expect(scored.map(({ token }) => row[token])).toEqual(possible.slice(0, count));
        expect(new Set(scored.map(({ token }) => token)).size).toBe(scored.length);
        for (const { token, logProbability } of scored) {
          expect(logProbability).toBeCloseTo(Math.log(softmax(row, token)), 1);
        }
      }),
    );
  });

  test('begin with the likeliest', () => {
    fc.assert(
      fc.property(logits, (row) => {
        expect(likeliestTokens(row, 3)[0]).toEqual(likeliestToken(row));
      }),
    );
  });

  test('are none where all tokens are forbidden', () => {
    expect(likeliestTokens(new Float32Array(5).fill(-Infinity), 3)).toEqual([]);
  });
});

describe('a drawn token', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const temperature = fc.double({ min: 0.1, max: 2, noNaN: true });

  test('is never a forbidden one, and has its probability at temperature 1', () => {
    fc.assert(
      fc.property(logits, temperature, chance, (row, heat, random) => {
        const { token, logProbability } = drawnToken(row, heat, random);
        expect(row[token]).toBeGreaterThan(-Infinity);
        expect(logProbability).toBeCloseTo(Math.log(softmax(row, token)), 1);
      }),
    );
  });

  test('is drawn as often as its probability at that temperature says', () => {
    const row = Float32Array.of(1, -Infinity, 2, 0.5);
    for (const heat of [0.5, 1, 2]) {
      const draws = Array.from({ length: 1_000 }, (_, n) => drawnToken(row, heat, (n + 0.5) / 1_000).token);
      const heated = row.map((logit) => logit / heat);
      for (const token of [0, 1, 2, 3]) {
        const share = draws.filter((drawn) => drawn === token).length / 1_000;
        expect(Math.abs(share - softmax(heated, token))).toBeLessThan(0.002);
      }
    }
  });
});

test('the most attended frame is one of the row, not of its neighbours or padding', () => {
  const attention = Float32Array.of(9, 9, /* the row */ 0.1, 0.4, 0.2, /* its padding */ 9);
  expect(mostAttendedFrame(attention, 2, 3)).toBe(1);
});

function softmax(row: Float32Array, token: number): number {
  const best = Math.max(...row);
  const sum = row.reduce((total, logit) => total + Math.exp(logit - best), 0);
  return Math.exp((row[token] ?? NaN) - best) / sum;
}
