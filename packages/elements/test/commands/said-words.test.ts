import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastOccurrence, saidForm } from '../../src/commands/said-words.js';

test.each([
  ['No fever. No fever now.', 'no fever', 9],
  ['No fever. No fever now.', 'No fever.', 22],
  ['X-ray of the chest', 'x ray', 18],
  ['Give 25 mg', 'twenty five', 10],
  ['Give twenty-five mg', '25', 19],
  ['Patient’s knee', "patient's", 14],
  ['It is 1,250 now', 'one thousand two hundred fifty', 15],
  ['From 2.5 on', 'two point five', 11],
  ['At −5 it', 'minus five', 8],
])('finds in “%s”: %s', (text, words, until) => {
  const found = lastOccurrence(text, words, until);
  expect(found).toBeDefined();
  expect(found?.end).toBeLessThanOrEqual(until);
  expect(saidForm(text.slice(found?.start, found?.end))).toBe(saidForm(words));
});

test('finds the last one', () => {
  expect(lastOccurrence('no, no, no', 'no', 7)).toEqual({ start: 4, end: 6 });
});

test.each([
  ['Give 25 mg', 'five'],
  ['Give 25 mg', 'twenty'],
  ['Give 2.5 mg', '5'],
  ['Give -5 mg', '5'],
  ['Vitamin B12', '12'],
  ['At 5% now', '5'],
  ['nothing', 'thing'],
  ['notable', 'no'],
  ['No fever', ''],
  ['No fever', '...'],
])('finds no part of a word or number in “%s”: %s', (text, words) => {
  expect(lastOccurrence(text, words, text.length)).toBeUndefined();
});

test('finds whole words only, before a place, whatever the text', () => {
  const word = fc.oneof(
    fc.constantFrom('no', 'not', 'fever', '5', '2.5', '-5', '25', 'B12', '5%', 'mg', '1,000', 'five'),
    fc.nat(2000).map(String),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, fc.constantFrom(' ', '', ', ', '. '))),
      word,
      fc.nat(),
      (pieces, wanted, at) => {
        const text = pieces.map((piece) => piece.join('')).join('');
        const until = text.length === 0 ? 0 : at % (text.length + 1);
        const found = lastOccurrence(text, wanted, until);
        if (!found) return;
        expect(found.end).toBeLessThanOrEqual(until);
        expect(saidForm(text.slice(found.start, found.end))).toBe(saidForm(wanted));
        expect(`${text.charAt(found.start - 1)} ${text.charAt(found.end)}`).not.toMatch(/[\p{L}\p{N}]/u);
      },
    ),
  );
});
