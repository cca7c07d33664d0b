import { describe, expect, test } from 'vitest';
import { createClinicalLanguage } from '../../src/lexicon/clinical-language.js';
import { createEnglishWords } from '../../src/lexicon/english-words.js';
import { contextAllowance, nonwordAllowance } from '../../src/terms/context-allowance.js';

const language = createClinicalLanguage(
  'glasses\tof\t9\nof\twine\t5\tbreath\t5\ntwo\tglasses\t3\nblood\tgases\t9\ngases\twere\t9',
  [],
);
const glasses = { written: 'glasses', instead: 'gases' };

describe('the allowance of a term by the words around it', () => {
  test('is negative where the term fits no better than what is written', () => {
    expect(
      contextAllowance({ ...glasses, instead: 'glasses', before: 'two', after: 'of' }, language),
    ).toBeLessThan(0);
    expect(contextAllowance({ ...glasses, before: 'Two', after: 'of' }, language)).toBeLessThan(-3);
  });

  test('grows with fitting words on either side', () => {
    const among = (before?: string, after?: string) =>
      contextAllowance({ ...glasses, before, after }, language);
    expect(among('blood', 'of')).toBeGreaterThan(among('two', 'of'));
    expect(among('blood', 'were')).toBeGreaterThan(among('blood', 'of'));
    expect(among('blood')).toBeGreaterThan(among());
  });

  test('is large where the term replaces words that nobody writes', () => {
    const change = { written: 'bluh xyz', instead: 'breath', before: 'of', after: undefined };
    expect(contextAllowance(change, language)).toBeGreaterThan(2);
  });

  test('is never positive where a number would be lost', () => {
    const change = { written: 'bluh xyz 1.4', instead: 'breath', before: 'of', after: undefined };
    expect(contextAllowance(change, language)).toBeLessThanOrEqual(0);
  });
});

describe('the allowance for nonwords', () => {
  const known = createClinicalLanguage(
    'glasses\tof\t9',
    [{ text: 'metoprolol', kind: 'drug', weight: 1, soundsLike: [] }],
    createEnglishWords(['started', 'alone']),
  );

  test.each(['MetaPrial', 'started Metaprial, alone', 'a quasciapine'])(
    'is positive where the text has a nonword: "%s"',
    (written) => {
      expect(nonwordAllowance(written, known)).toBeGreaterThan(0);
    },
  );

  test.each(['started glasses', 'Metoprolol alone', '142/88 xyz', "Alone's", 'twenty five', ''])(
    'is zero where the text has none: "%s"',
    (written) => {
      expect(nonwordAllowance(written, known)).toBe(0);
    },
  );

  test.each([
    ['a capital letter makes it perhaps a name', 'Metaprial'],
    ['one joined to it by a hyphen does, too', 'Al-metaprial'],
    ['most of it are words', 'started alone xyzw'],
  ])('is smaller where %s', (_why, written) => {
    expect(nonwordAllowance(written, known)).toBeGreaterThan(0);
    expect(nonwordAllowance(written, known)).toBeLessThan(nonwordAllowance('metaprial', known));
  });
});
