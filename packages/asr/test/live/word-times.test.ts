import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeWords } from '../../src/live/word-times.js';
import type { SpelledWord } from '../../src/text/words.js';

describe('the places of words', () => {
  test('reach a little beyond where their tokens were heard, on both sides', () => {
    const [first, second] = placeWords(spelled(1, 2), [10.5, 12, 12.4], 10, 14);
    expect(first?.start).toBeCloseTo(10.35);
    expect(first?.end).toBeCloseTo(10.65);
    expect(second?.start).toBeCloseTo(11.85);
    expect(second?.end).toBeCloseTo(12.55);
  });

  test('meet half way where words follow each other closely', () => {
    const [first, second] = placeWords(spelled(1, 1), [10.5, 10.6], 10, 14);
    expect(first?.end).toBeCloseTo(10.55);
    expect(second?.start).toBeCloseTo(10.55);
  });

  test('keep their order where the decoder looked back', () => {
    const words = placeWords(spelled(1, 1, 1), [10.5, 13, 11.5], 10, 14);
    expect(words.map(({ start }) => start)).toEqual(words.map(({ start }) => start).sort((a, b) => a - b));
  });

  test('are in order, apart, and inside of the utterance, wherever tokens were heard', () => {
    const word = fc.record({
      tokens: fc.integer({ min: 1, max: 4 }),
      heardAt: fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 4, maxLength: 4 }),
    });
    const bounds = fc.record({
      start: fc.double({ min: 5, max: 15, noNaN: true }),
      length: fc.double({ min: 0.1, max: 25, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), bounds, (words, { start, length }) => {
        const heardAt = words.flatMap((each) => each.heardAt.slice(0, each.tokens));
        const placed = placeWords(
          spelled(...words.map(({ tokens }) => tokens)),
          heardAt,
          start,
          start + length,
        );
        expect(placed).toHaveLength(words.length);
        let previous = start;
        for (const each of placed) {
          expect(each.start).toBeGreaterThanOrEqual(previous - 1e-9);
          expect(each.end).toBeGreaterThanOrEqual(each.start - 1e-9);
          previous = each.end;
        }
        expect(previous).toBeLessThanOrEqual(start + length);
      }),
    );
  });
});

/** Words of so many tokens, one after another. */
function spelled(...tokenCounts: readonly number[]): SpelledWord[] {
  let firstToken = 0;
  return tokenCounts.map((tokens, index) => {
    const word = { text: `word${index}`, spaceBefore: true, confidence: 0.9, firstToken, tokens };
    firstToken += tokens;
    return word;
  });
}
