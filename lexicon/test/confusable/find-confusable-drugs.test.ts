import { describe, expect, test } from 'vitest';
import { findConfusableDrugs } from '../../src/confusable/find-confusable-drugs.js';
import { parseKnownPairs } from '../../src/confusable/known-pairs.js';
import { similarity } from '../../src/confusable/similarity.js';

const drugs = (...names: readonly string[]) =>
  names.map((text) => ({ text, kind: 'drug', weight: 0.5, soundsLike: [] }) as const);

describe('similarity', () => {
  test('is 1 for the same name, and higher for names that look and sound alike', () => {
    expect(similarity('warfarin', 'warfarin')).toBe(1);
    expect(similarity('vinblastine', 'vincristine')).toBeGreaterThan(similarity('vinblastine', 'metformin'));
  });

  test('treats letters that sound alike as the same', () => {
    expect(similarity('zyloprim', 'xyloprim')).toBeGreaterThan(similarity('zyloprim', 'ryloprim'));
  });
});

describe('findConfusableDrugs', () => {
  test('finds each pair of similar names once', () => {
    expect(findConfusableDrugs(drugs('vincristine', 'metformin', 'vinblastine'), [])).toEqual([
      { names: ['vinblastine', 'vincristine'], similarity: expect.any(Number), origin: 'computed' },
    ]);
  });

  test('keeps known pairs that are not similar', () => {
    const known = parseKnownPairs('# a comment\nAvandia\tCoumadin\treported\n');
    expect(findConfusableDrugs(drugs('Avandia', 'Coumadin'), known)).toMatchObject([
      { names: ['Avandia', 'Coumadin'], origin: 'reported' },
    ]);
  });

  test('refuses a known pair with a name that the lexicon lacks', () => {
    const known = parseKnownPairs('Avandia\tCoumadin\treported');
    expect(() => findConfusableDrugs(drugs('Avandia'), known)).toThrow('The lexicon has no Coumadin.');
  });

  test('does not pair a name with one that begins with it', () => {
    expect(findConfusableDrugs(drugs('penicillin', 'penicillins'), [])).toEqual([]);
  });
});

describe('parseKnownPairs', () => {
  test.each(['Avandia', 'Avandia\tCoumadin', 'Avandia\tCoumadin\tcomputed'])('refuses %j', (line) => {
    expect(() => parseKnownPairs(line)).toThrow('is no pair');
  });
});
