import fc from 'fast-check';
import { expect, test } from 'vitest';
import { missingWords, type ShownWord } from '../../src/live/missing-words.js';
import type { SpelledWord } from '../../src/text/words.js';

test('names three and more words that were shown and that a final has not, and where they belong', () => {
  const missing = compare(
    'Do you smoke or drink at all? I quit last year',
    'do you smoke? I quit last year.',
  );
  expect(missing).toEqual([{ count: 4, from: 2, to: 7, token: 3 }]);
  expect(compare('so how long has it been since then', 'been since then')).toEqual([
    { count: 5, from: undefined, to: 5, token: 0 },
  ]);
  expect(compare('been since then and before that', 'been since then')).toEqual([
    { count: 3, from: 2, to: undefined, token: 3 },
  ]);
});

test('where a final has other words in their place, nothing can be put beside them', () => {
  expect(compare('do you take any other pills today', 'do you spill today')).toEqual([
    { count: 3, from: 1, to: 6, token: undefined },
  ]);
});

test('one or two words fewer, other words, and more words are revisions', () => {
  expect(compare('um so the the pain is here', 'so the pain is here')).toEqual([]);
  expect(compare('any plane in there', 'any pain in there')).toEqual([]);
  expect(compare('any pain', 'any pain in there today')).toEqual([]);
  expect(compare('', 'any pain')).toEqual([]);
});

test('digits take nothing away from a number in words, but another number does', () => {
  expect(compare('take one hundred and twenty milligrams', 'take 120 milligrams')).toEqual([]);
  expect(compare('take one hundred and twenty milligrams', 'take 20 milligrams')).toHaveLength(1);
});

test('a term takes nothing away from the words that it replaced', () => {
  const terms = [{ firstToken: 1, tokens: 1, text: 'metoprolol' }];
  expect(compare('take met a pro lol today', 'take metoprolol today', terms)).toEqual([]);
  expect(compare('take met a pro lol today', 'take metoprolol today')).toHaveLength(1);
});

test('whatever is cut out of different words is found whole', () => {
  const words = fc.uniqueArray(fc.stringMatching(/^[b-df-hj-np-tv-z]{4,8}$/), {
    minLength: 3,
    maxLength: 40,
  });
  fc.assert(
    fc.property(words, fc.nat(), fc.nat(), (shown, one, other) => {
      const from = one % shown.length;
      const count = (other % (shown.length - from)) + 1;
      const final = shown.toSpliced(from, count);
      const expected = {
        count,
        from: from > 0 ? from - 1 : undefined,
        to: from + count < shown.length ? from + count : undefined,
        token: from,
      };
      expect(compare(shown.join(' '), final.join(' '))).toEqual(count >= 3 ? [expected] : []);
    }),
  );
});

/** Each word is one token, and is heard at the second that is its place among those shown. */
function compare(shown: string, final: string, terms: Parameters<typeof missingWords>[2]['terms'] = []) {
  const words = spelled(final);
  return missingWords(shownWords(shown), words, { terms, tokens: words.map((_, token) => token) });
}

function shownWords(text: string): ShownWord[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, at) => ({ text: word, from: at, to: at }));
}

function spelled(text: string): SpelledWord[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, at) => ({ text: word, spaceBefore: true, confidence: 0.9, firstToken: at, tokens: 1 }));
}
