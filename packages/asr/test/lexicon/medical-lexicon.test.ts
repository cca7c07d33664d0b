import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadMedicalLexicon, parseMedicalLexicon } from '../../src/lexicon/medical-lexicon.js';

const terms = await loadMedicalLexicon();
const byText = new Map(terms.map((term) => [term.text, term]));

/** The 5,000 most frequent words of English, from the same list of word frequencies that the lexicon is built with. */
const commonWords = readFileSync(new URL('./common-words.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

describe('The medical lexicon that ships', () => {
  test('has between 10,000 and 25,000 terms in less than 1.5 MB', () => {
    expect(terms.length).toBeGreaterThan(10_000);
    expect(terms.length).toBeLessThan(25_000);
    expect(statSync(new URL('../../lexicon/medical-lexicon.tsv', import.meta.url)).size).toBeLessThan(1.5e6);
  });

  test('has each text once, whatever its case', () => {
    const texts = terms.map(({ text }) => text.toLowerCase());
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('has none of the 5,000 most frequent words of English', () => {
    expect(commonWords).toHaveLength(5000);
    const texts = new Set(terms.map(({ text }) => text.toLowerCase()));
    expect(commonWords.filter((word) => texts.has(word))).toEqual([]);
  });

  test('has no phrase of common words alone', () => {
    const common = new Set(commonWords);
    const phrases = terms.filter(
      ({ text }) =>
        text.includes(' ') &&
        text
          .toLowerCase()
          .split(' ')
          .every((word) => common.has(word)),
    );
    expect(phrases.map(({ text }) => text)).toEqual([]);
  });

  test.each([
    ['apixaban', 'drug'],
    ['metoprolol', 'drug'],
    ['tirzepatide', 'drug'],
    ['propofol', 'drug'],
    ['Eliquis', 'brand'],
    ['Toprol XL', 'brand'],
    ['Percocet', 'brand'],
    ['atrial fibrillation', 'condition'],
    ["Crohn's disease", 'condition'],
    ['dyspnea', 'condition'],
    ['duodenum', 'anatomy'],
    ['laparoscopy', 'procedure'],
    ['HbA1c', 'test'],
    ['mg/dL', 'unit'],
    ['Klebsiella', 'organism'],
    ['ventilator', 'device'],
  ])('has %s, kind %s', (text, kind) => {
    expect(byText.get(text)?.kind).toBe(kind);
  });

  test('gives common terms more weight than rare ones', () => {
    expect(weightOf('hypertension')).toBeGreaterThan(weightOf('pheochromocytoma'));
    expect(weightOf('ibuprofen')).toBeGreaterThan(weightOf('bambuterol'));
  });

  test('has spoken forms for terms that are not read as they are written', () => {
    expect(byText.get('HbA1c')?.soundsLike).toContain('h b a one c');
  });

  function weightOf(text: string): number {
    const term = byText.get(text);
    if (term === undefined) throw new Error(`The lexicon has no ${text}.`);
    return term.weight;
  }
});

describe('The format of the lexicon', () => {
  test('is text, kind, weight and other ways to say it, with tabs between them', () => {
    expect(
      parseMedicalLexicon('# a comment\nmg\tunit\t1\tmilligrams|milligram\n\naorta\tanatomy\t0.5\n'),
    ).toEqual([
      { text: 'mg', kind: 'unit', weight: 1, soundsLike: ['milligrams', 'milligram'] },
      { text: 'aorta', kind: 'anatomy', weight: 0.5, soundsLike: [] },
    ]);
  });

  test.each([
    '\tdrug\t1',
    'aorta',
    'aorta\torgan\t1',
    'aorta\tanatomy\t0',
    'aorta\tanatomy\t1.1',
    'aorta\tanatomy\tmuch',
  ])('refuses a line that is no term: %j', (line) => {
    expect(() => parseMedicalLexicon(`# a comment\n${line}`)).toThrow('Line 2 of the lexicon is no term.');
  });
});
