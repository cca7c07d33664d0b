import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEnglishWords, loadEnglishWords } from '../../src/lexicon/english-words.js';

test('A set of words holds exactly the words that it was given', () => {
  const word = fc.string({ minLength: 4, maxLength: 12 });
  fc.assert(
    fc.property(fc.uniqueArray(word), word, (words, other) => {
      const known = createEnglishWords(words);
      for (const one of words) expect(known.has(one)).toBe(true);
      fc.pre(!words.includes(other));
      expect(known.has(other)).toBe(false);
    }),
  );
});

test('The shipped words include words of books, and no misheard ones', async () => {
  const english = await loadEnglishWords();
  for (const word of ['breath', 'kidney', 'walked', 'separated']) expect(english.has(word)).toBe(true);
  for (const word of [
    'metaprial',
    'carvidol',
    'quasciapine',
    '# written by npm run lexicon. words of english books.',
    '',
  ])
    expect(english.has(word)).toBe(false);
});
