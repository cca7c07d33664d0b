import { describe, expect, test } from 'vitest';
import { createClinicalLanguage } from '../../src/lexicon/clinical-language.js';
import { createEnglishWords } from '../../src/lexicon/english-words.js';
import { contextAllowance, nonwordAllowance } from '../../src/terms/context-allowance.js';

const language = createClinicalLanguage(
  'glasses\tof\t9\nof\twine\t5\tbreath\t5\ntwo\tglasses\t3\nblood\tgases\t9\ngases\twere\t9',
  [],
);
const glasses = { written: 'glasses', instead: 'gases' };

describe('what the words around a term allow it', () => {
  test('is less than nothing where it goes no better than what is written', () => {
    expect(
      contextAllowance({ ...glasses, instead: 'glasses', before: 'two', after: 'of' }, language),
    ).toBeLessThan(0);
    expect(contextAllowance({ ...glasses, before: 'Two', after: 'of' }, language)).toBeLessThan(-3);
  });

  test('grows with what speaks for it on either side', () => {
    const among = (before?: string, after?: string) =>
      contextAllowance({ ...glasses, before, after }, language);
    expect(among('blood', 'of')).toBeGreaterThan(among('two', 'of'));
    expect(among('blood', 'were')).toBeGreaterThan(among('blood', 'of'));
    expect(among('blood')).toBeGreaterThan(among());
  });

  test('is much in place of words that nobody writes', () => {
    const change = { written: 'bluh xyz', instead: 'breath', before: 'of', after: undefined };
    expect(contextAllowance(change, language)).toBeGreaterThan(2);
  });

  test('is never more than nothing where a number would go', () => {
    const change = { written: 'bluh xyz 1.4', instead: 'breath', before: 'of', after: undefined };
    expect(contextAllowance(change, language)).toBeLessThanOrEqual(0);
  });
});

describe('what is written', () => {
  const known = createClinicalLanguage(
    'glasses\tof\t9',
    [{ text: 'metoprolol', kind: 'drug', weight: 1, soundsLike: [] }],
    createEnglishWords(['started', 'alone']),
  );

  test.each(['MetaPrial', 'started Metaprial, alone', 'a quasciapine'])(
    'was misheard where it has a word that is none: "%s"',
    (written) => {
      expect(nonwordAllowance(written, known)).toBeGreaterThan(0);
    },
  );

  test.each(['started glasses', 'Metoprolol alone', '142/88 xyz', "Alone's", 'twenty five', ''])(
    'may be what was said where it has none: "%s"',
    (written) => {
      expect(nonwordAllowance(written, known)).toBe(0);
    },
  );

  test.each([
    ['a capital letter makes it perhaps a name', 'Metaprial'],
    ['one joined to it by a hyphen does, too', 'Al-metaprial'],
    ['most of it are words', 'started alone xyzw'],
  ])('counts less where %s', (_why, written) => {
    expect(nonwordAllowance(written, known)).toBeGreaterThan(0);
    expect(nonwordAllowance(written, known)).toBeLessThan(nonwordAllowance('metaprial', known));
  });
});
