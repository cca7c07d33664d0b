import { expect, it } from 'vitest';
import { lostBesideTerms } from '../../src/score/words-beside-terms.js';

it.each([
  ['Aspire and elect on 10 to 15 milligrams.', 'Spironolactone 15 milligrams.', ['10']],
  ['gives no lock zone', 'gives naloxone', ['no']],
  ['lysine april ten units', 'lisinopril ten', ['units']],
  ["isn't on met forming", 'on metformin', ["isn't"]],
])('"%s" → "%s" lost %j', (without, withTerms, lost) => {
  expect(lostBesideTerms(new Map([['clip', without]]), new Map([['clip', withTerms]]))).toEqual([
    { id: 'clip', lost, without, withTerms },
  ]);
});

it('counts a number in digits and in words as the same', () => {
  const heard = new Map([['clip', 'Lysine April ten units twice']]);
  expect(lostBesideTerms(heard, new Map([['clip', 'Lisinopril 10 units twice']]))).toEqual([]);
});
