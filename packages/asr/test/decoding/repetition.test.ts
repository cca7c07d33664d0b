import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repeatedTail } from '../../src/decoding/repetition.js';

describe('a repeated tail', () => {
  test('is not what people say for emphasis', () => {
    expect(repeatedTail([])).toBe(0);
    expect(repeatedTail([5])).toBe(0);
    expect(repeatedTail([1, 2, 3, 4, 5])).toBe(0);
    expect(repeatedTail([9, 5, 5, 5, 5])).toBe(0);
    expect(repeatedTail([9, 5, 6, 5, 6, 5, 6])).toBe(0);
  });

  test('is all copies of a token or a phrase but the first', () => {
    expect(repeatedTail([9, ...copies([5], 8)])).toBe(7);
    expect(repeatedTail([9, ...copies([5, 6], 4)])).toBe(6);
    expect(repeatedTail([9, ...copies([5, 6, 7], 5)])).toBe(12);
  });

  test('is not looked for ahead of the end', () => {
    expect(repeatedTail([...copies([5], 20), 9])).toBe(0);
  });

  test('is found for every phrase of up to twelve tokens, and leaves one copy', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 3, max: 31_999 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(1, 2)),
        distinct,
        fc.integer({ min: 4, max: 9 }),
        (lead, phrase, count) => {
          const tokens = [...lead, ...copies(phrase, count)];
          expect(tokens.slice(0, tokens.length - repeatedTail(tokens))).toEqual([...lead, ...phrase]);
        },
      ),
    );
  });

  test('only ever takes away what stands before it as well', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(3, 4, 5), { maxLength: 60, size: 'max' }), (tokens) => {
        const tail = repeatedTail(tokens);
        const periods = Array.from({ length: 12 }, (_, index) => index + 1);
        const repeats = (period: number) =>
          tokens
            .slice(tokens.length - tail)
            .every((token, i) => token === tokens[tokens.length - tail - period + i]);
        expect(tail === 0 || periods.some(repeats)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

function copies(phrase: readonly number[], count: number): number[] {
  return Array.from({ length: count }, () => phrase).flat();
}
