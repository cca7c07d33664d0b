import { describe, expect, test } from 'vitest';
import { loadConfusableDrugs } from '../../src/lexicon/confusable-drugs.js';
import { createConfusables, proposeConfusables } from '../../src/terms/confusables.js';

const confusables = createConfusables(await loadConfusableDrugs());

describe('the confusables of a word', () => {
  test('include the other name of its pair, both ways', () => {
    expect(confusables.takenFor('vinblastine')).toContain('vincristine');
    expect(confusables.takenFor('vincristine')).toContain('vinblastine');
    expect(confusables.takenFor('chest')).toEqual([]);
  });

  test('begin with known mix-ups, before names that are alike by computation', () => {
    const crowded = createConfusables([
      { names: ['aa', 'ab'], similarity: 0.9, origin: 'computed' },
      { names: ['aa', 'ac'], similarity: 0.9, origin: 'computed' },
      { names: ['aa', 'ad'], similarity: 0.9, origin: 'computed' },
      { names: ['aa', 'zz'], similarity: 0.2, origin: 'fda' },
    ]);
    expect(crowded.takenFor('aa')).toEqual(['zz', 'ab', 'ac']);
  });

  test('are, for teens and tens, the numbers that sound like them, in words and in digits', () => {
    expect(confusables.takenFor('fifteen')).toEqual(['fifty']);
    expect(confusables.takenFor('30')).toEqual(['13']);
  });
});

describe('proposals of confusables', () => {
  test('are made however sure the decoder is, and never replace the word', () => {
    expect(proposeConfusables(words('Give', 'Vincristine,', '15', 'units'), confusables)).toEqual([
      { firstWord: 1, words: 1, text: 'vinblastine', allowance: -Infinity, context: 0 },
      { firstWord: 1, words: 1, text: 'vinorelbine', allowance: -Infinity, context: 0 },
      { firstWord: 2, words: 1, text: '50', allowance: -Infinity, context: 0 },
    ]);
  });

  test('are limited in number', () => {
    const many = words(...Array.from({ length: 100 }, () => 'fifteen'));
    expect(proposeConfusables(many, confusables).length).toBeLessThan(20);
  });
});

function words(...texts: readonly string[]) {
  return texts.map((text, index) => ({
    text,
    spaceBefore: true,
    confidence: 1,
    firstToken: index,
    tokens: 1,
  }));
}
