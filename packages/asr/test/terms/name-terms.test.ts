import { describe, expect, test } from 'vitest';
import { nameTerms, writeTerms } from '../../src/terms/name-terms.js';
import { createTermList } from '../../src/terms/term-list.js';
import { joinWords, type SpelledWord } from '../../src/text/words.js';

const list = createTermList(
  [
    { text: 'metoprolol' },
    { text: 'HbA1c', soundsLike: ['h b a one c'] },
    { text: 'McMurray' },
    { text: 'INR' },
    { text: 'beta-blocker' },
    { text: 'atrial fibrillation', soundsLike: ['a fib'] },
  ],
  () => 0,
);

describe('terms in heard text', () => {
  test.each([
    ['Metoprolol was given.', 'Metoprolol was given.'],
    ['took METOPROLOL, twice', 'took metoprolol, twice'],
    ['a positive Mcmurray test', 'a positive McMurray test'],
    ['the h b a one c is', 'the HbA1c is'],
    ['until the I N R falls', 'until the INR falls'],
    ['on a beta blocker.', 'on a beta-blocker.'],
    ['in a fib today', 'in atrial fibrillation today'],
    ['nothing of it', 'nothing of it'],
  ])('%s is written %s', (heard, written) => {
    const spelled = words(heard);
    expect(joinWords(writeTerms(spelled, nameTerms(spelled, [list])))).toBe(written);
  });

  test.each([
    ['is non focal.', 'is nonfocal.'],
    ['gastro esophageal reflux', 'gastroesophageal reflux'],
    ['a typical case', 'a typical case'],
  ])('are found with other spaces where these do not matter: %s', (heard, written) => {
    const terms = ['nonfocal', 'gastroesophageal reflux', 'beta-blocker', 'atypical'].map((text) => ({
      text,
    }));
    const spelled = words(heard);
    const loose = createTermList(terms, () => 0, { spaces: 'do not matter' });
    expect(joinWords(writeTerms(spelled, nameTerms(spelled, [loose])))).toBe(written);
    const [named] = nameTerms(spelled, [createTermList(terms, () => 0)]);
    expect(named).toBeUndefined();
  });

  test('cover the tokens of all words of which they were made', () => {
    const spelled = words('the h b a one c is');
    expect(nameTerms(spelled, [list])).toEqual([{ firstToken: 1, tokens: 5, text: 'HbA1c' }]);
    const written = writeTerms(spelled, nameTerms(spelled, [list]));
    expect(written.map(({ firstToken, tokens }) => [firstToken, tokens])).toEqual([
      [0, 1],
      [1, 5],
      [6, 1],
    ]);
  });
});

function words(text: string): SpelledWord[] {
  return text
    .split(' ')
    .map((word, index) => ({ text: word, spaceBefore: true, confidence: 0.5, firstToken: index, tokens: 1 }));
}
