import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeWords } from '../../src/console/compare/placed-words.js';
import { wordDifference } from '../../src/console/compare/word-difference.js';

const word = fc.constantFrom('no', 'not', '25', '2.5', 'mg', 'mcg', 'of', 'pain', 'und', '½', '-');
const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(' '));

test('a difference holds every word of both texts, in order, and says of each where it is from', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const parts = wordDifference(before, after);
      const without = (left: 'removed' | 'added'): string =>
        parts
          .filter(({ kind }) => kind !== left)
          .map((part) => part.text)
          .join(' ');
      expect(without('added')).toBe(before);
      expect(without('removed')).toBe(after);
    }),
  );
});

test('a difference is no larger than it has to be', () => {
  expect(wordDifference('take 25 mg twice a day', 'take 50 mg twice a day')).toEqual([
    { kind: 'same', text: 'take' },
    { kind: 'removed', text: '25' },
    { kind: 'added', text: '50' },
    { kind: 'same', text: 'mg twice a day' },
  ]);
  expect(wordDifference('no pain', 'pain')).toEqual([
    { kind: 'removed', text: 'no' },
    { kind: 'same', text: 'pain' },
  ]);
  expect(wordDifference('same', 'same')).toEqual([{ kind: 'same', text: 'same' }]);
  expect(wordDifference('', '')).toEqual([]);
});

test('words are shown in their text, and the text is never changed by them', () => {
  const heard = fc.array(word, { maxLength: 12 });
  const blanks = fc.constantFrom(' ', '  ', '\n', '\n\n');
  fc.assert(
    fc.property(heard, heard, blanks, (said, timed, blank) => {
      const shown = said.join(blank);
      const words = timed.map((each, at) => ({ text: each, start: at, end: at + 1, confidence: 1 }));
      const placed = placeWords(shown, words);
      const joined =
        placed.words.map(({ before, word: { text: own } }) => before + own).join('') + placed.rest;
      expect(joined).toBe(shown);
    }),
  );
});

test('a text whose words are others is shown without them', () => {
  const words = [{ text: 'fifty', start: 0, end: 1, confidence: 1 }];
  expect(placeWords('15 mg', words)).toEqual({ words: [], rest: '15 mg' });
  expect(placeWords('not fifty', words)).toEqual({ words: [], rest: 'not fifty' });
});
