import { describe, expect, test } from 'vitest';
import { findConfusableDrugs } from '../../src/confusable/find-confusable-drugs.js';
import { parseKnownPairs } from '../../src/confusable/known-pairs.js';
import { similarity } from '../../src/confusable/similarity.js';

const drugs = (...names: readonly string[]) =>
  names.map((text) => ({ text, kind: 'drug', weight: 0.5, soundsLike: [] }) as const);

describe('similarity', () => {
  test('is 1 for the same name, and grows with what looks and sounds alike', () => {
    expect(similarity('warfarin', 'warfarin')).toBe(1);
    expect(similarity('vinblastine', 'vincristine')).toBeGreaterThan(similarity('vinblastine', 'metformin'));
  });

  test('hears letters that are spoken alike as one', () => {
    expect(similarity('zyloprim', 'xyloprim')).toBeGreaterThan(similarity('zyloprim', 'ryloprim'));
  });
});

describe('findConfusableDrugs', () => {
  test('finds names that are alike, once', () => {
    expect(findConfusableDrugs(drugs('vincristine', 'metformin', 'vinblastine'), [])).toEqual([
      { names: ['vinblastine', 'vincristine'], similarity: expect.any(Number), origin: 'computed' },
    ]);
  });

  test('keeps known pairs that are not alike', () => {
    const known = parseKnownPairs('# a comment\nAvandia\tCoumadin\treported\n');
    expect(findConfusableDrugs(drugs('Avandia', 'Coumadin'), known)).toMatchObject([
      { names: ['Avandia', 'Coumadin'], origin: 'reported' },
    ]);
  });

  test('refuses a known pair with a name that the lexicon lacks', () => {
    const known = parseKnownPairs('Avandia\tCoumadin\treported');
    expect(() => findConfusableDrugs(drugs('Avandia'), known)).toThrow('The lexicon has no Coumadin.');
  });

  test('pairs no name with one that begins with it', () => {
    expect(findConfusableDrugs(drugs('penicillin', 'penicillins'), [])).toEqual([]);
  });
});

describe('parseKnownPairs', () => {
  test.each(['Avandia', 'Avandia\tCoumadin', 'Avandia\tCoumadin\tcomputed'])('refuses %j', (line) => {
    expect(() => parseKnownPairs(line)).toThrow('is no pair');
  });
});
