import { describe, expect, test } from 'vitest';
import { loadConfusableDrugs, parseConfusableDrugs } from '../../src/lexicon/confusable-drugs.js';
import { loadMedicalLexicon } from '../../src/lexicon/medical-lexicon.js';

const pairs = await loadConfusableDrugs();
const keys = pairs.map(({ names }) => names.join(' '));

describe('The confusable drugs that ship', () => {
  test.each([
    ['hydralazine hydroxyzine', 'fda'],
    ['prednisolone prednisone', 'fda'],
    ['Celebrex Celexa', 'reported'],
    ['saxagliptin sitagliptin', 'computed'],
  ])('have %s as %s', (key, origin) => {
    expect(pairs[keys.indexOf(key)]?.origin).toBe(origin);
  });

  test('are drugs and brands of the lexicon', async () => {
    const terms = await loadMedicalLexicon();
    const drugs = new Set(
      terms.filter(({ kind }) => kind === 'drug' || kind === 'brand').map(({ text }) => text),
    );
    expect(pairs.flatMap(({ names }) => names).filter((name) => !drugs.has(name))).toEqual([]);
  });

  test('are unique, with their two names in alphabetical order', () => {
    expect(new Set(keys).size).toBe(keys.length);
    expect(pairs.filter(({ names: [first, second] }) => first >= second)).toEqual([]);
  });

  test('are few enough to be worth a warning', () => {
    expect(pairs.length).toBeGreaterThan(100);
    expect(pairs.length).toBeLessThan(2500);
  });
});

describe('The format of the confusable drugs', () => {
  test('is two names, similarity and origin, with tabs between them', () => {
    expect(parseConfusableDrugs('# a comment\nCelebrex\tCelexa\t0.55\treported\n')).toEqual([
      { names: ['Celebrex', 'Celexa'], similarity: 0.55, origin: 'reported' },
    ]);
  });

  test.each([
    'Celebrex\tCelexa',
    'Celebrex\tCelexa\t2\tfda',
    'Celebrex\tCelexa\t0.5\trumour',
    '\tCelexa\t0.5\tfda',
  ])('refuses a line that is no pair: %j', (line) => {
    expect(() => parseConfusableDrugs(line)).toThrow('Line 1 of the confusable drugs is no pair.');
  });
});
