import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { families } from '../../src/families/list.js';
import { calibratedConfidence, uncalibratedConfidence } from '../../src/live/calibrated-confidence.js';
import { doubtWords } from '../../src/live/word-doubt.js';
import type { SpelledWord } from '../../src/text/words.js';

const asItIs = (confidence: number) => confidence;

describe('the doubt of a word', () => {
  test('is shown of terms and numbers, and not of other words', () => {
    const words = spelled(
      ['Give', 0.3],
      ['metoprolol', 0.3],
      ['25', 0.3],
      ['fifteen', 0.3],
      ['lisinopril', 0.99],
    );
    const terms = [named(1, 'metoprolol'), named(4, 'lisinopril')];
    const doubts = doubtWords(words, words, { terms, alternatives: [] }, asItIs);
    expect(doubts.map(({ doubtful }) => doubtful)).toEqual([undefined, true, true, true, undefined]);
  });

  test('is shown where a confusable drug is about as likely, however sure the decoder was', () => {
    const words = spelled(['Vinblastine,', 0.99]);
    const terms = [named(0, 'Vinblastine')];
    const near = { firstToken: 0, tokens: 1, text: 'Vincristine', odds: -0.2 };
    const [doubt] = doubtWords(words, words, { terms, alternatives: [near] }, asItIs);
    expect(doubt).toMatchObject({ doubtful: true, alternatives: [{ text: 'Vincristine,' }] });
    const far = doubtWords(words, words, { terms, alternatives: [{ ...near, odds: -9 }] }, asItIs);
    expect(far).toEqual([{ confidence: 0.99 }]);
  });

  test('covers a whole phrase, whose alternative tells how many words it replaces', () => {
    const words = spelled(['met', 0.9], ['a', 0.9], ['prolol.', 0.9], ['Next', 0.9]);
    const instead = { firstToken: 0, tokens: 3, text: 'metoprolol', odds: 0 };
    const doubts = doubtWords(words, words, { terms: [], alternatives: [instead] }, asItIs);
    expect(doubts[0]?.alternatives).toMatchObject([{ text: 'metoprolol.', words: 3 }]);
    expect(doubts.map(({ doubtful }) => doubtful)).toEqual([true, true, true, undefined]);
  });

  test('has no alternatives for only a part of a word that was joined from several', () => {
    const words = spelled(['H', 0.9], ['b', 0.9], ['fifteen', 0.9]);
    const joined = [{ text: 'Hb15', spaceBefore: true, confidence: 0.9, firstToken: 0, tokens: 3 }];
    const instead = { firstToken: 0, tokens: 1, text: 'age', odds: 0 };
    expect(doubtWords(words, joined, { terms: [], alternatives: [instead] }, asItIs)[0]).not.toHaveProperty(
      'alternatives',
    );
  });

  test('gives a word and its alternatives at most a confidence of 1 in sum, likeliest first', () => {
    const alternative = fc.record({
      firstToken: fc.nat(3),
      tokens: fc.integer({ min: 1, max: 3 }),
      text: fc.constantFrom('aa', 'bb', 'cc', 'dd', 'ee'),
      odds: fc.double({ min: -8, max: 8, noNaN: true }),
    });
    const confidences = fc.tuple(unit, unit, unit, unit);
    fc.assert(
      fc.property(confidences, fc.array(alternative, { maxLength: 12 }), ([a, b, c, d], alternatives) => {
        const words = spelled(['one', a], ['xx', b], ['yy.', c], ['zz', d]);
        for (const doubt of doubtWords(words, words, { terms: [], alternatives }, asItIs)) {
          const others = (doubt.alternatives ?? []).map(({ confidence }) => confidence);
          expect(others.length).toBeLessThanOrEqual(3);
          expect(others).toEqual(others.toSorted((one, other) => other - one));
          expect(others.reduce((sum, one) => sum + one, doubt.confidence)).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});

describe('a calibrated confidence', () => {
  test.each(families)('of $name keeps the order and can be inverted', ({ calibration }) => {
    fc.assert(
      fc.property(inside, inside, (one, other) => {
        const mapped = calibratedConfidence(calibration, one);
        expect(uncalibratedConfidence(calibration, mapped)).toBeCloseTo(one, 6);
        if (one < other) expect(mapped).toBeLessThanOrEqual(calibratedConfidence(calibration, other));
      }),
    );
  });
});

const unit = fc.double({ min: 0, max: 1, noNaN: true });
/** Confidences at which the calibration of no family is cut off. */
const inside = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** Words of one token each. */
function spelled(...words: readonly (readonly [text: string, confidence: number])[]): SpelledWord[] {
  return words.map(([text, confidence], index) => ({
    text,
    spaceBefore: true,
    confidence,
    firstToken: index,
    tokens: 1,
  }));
}

function named(firstToken: number, text: string) {
  return { firstToken, tokens: 1, text };
}
