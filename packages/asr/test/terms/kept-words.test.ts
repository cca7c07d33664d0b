import { describe, expect, test } from 'vitest';
import { joinsNumber, keepsWords, keptWords } from '../../src/terms/kept-words.js';

describe('the words that a correction must keep', () => {
  test.each([
    ['Aspire and elect on 10 to 15 milligrams', ['10', '15', 'milligrams']],
    ['twenty-five units', ['25', 'units']],
    ['twenty fifteen', ['20', '15']],
    ['6.25mg twice daily', ['6.25', 'mg', 'twice', 'daily']],
    ["isn't without, nor denies", ['not', 'not', 'not', 'not']],
    ['half a tablet every eight hours', ['half', 'tablet', 'every', '8', 'hours']],
    ['HbA1c', ['1']],
    ['an angio gram', []],
    ['five gram', ['5', 'gram']],
  ])('of "%s" are %j', (text, kept) => {
    expect(keptWords(text)).toEqual(kept);
  });

  test.each([
    ['be twelve', 'B12', true],
    ['five f u', '5-FU', true],
    ['low sar ten', 'losartan', false],
    ['no lock zone', 'naloxone', false],
    ['non small cell', 'non-small cell', true],
    ['10 to 15', '15 to 10', false],
  ])('of "%s" are in "%s": %j', (written, instead, kept) => {
    expect(keepsWords(written, instead)).toBe(kept);
  });
});

test.each([
  ['to', '15', true],
  ['of', 'milligrams', true],
  ['a', 'hundred', true],
  ['a', 'patient', false],
  ['to', 'rest', false],
  ['by', 'denies', false],
  ['sodium', '15', false],
])('"%s" beside "%s" belongs to the number: %j', (word, number, joins) => {
  expect(joinsNumber(word, number)).toBe(joins);
});
