import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  createClinicalLanguage,
  languageWords,
  loadClinicalLanguage,
} from '../../src/lexicon/clinical-language.js';
import { createEnglishWords } from '../../src/lexicon/english-words.js';
import { loadMedicalLexicon, type LexiconTerm } from '../../src/lexicon/medical-lexicon.js';

describe('The words of clinical language', () => {
  test.each([
    ['Started Metoprolol 25 milligrams', ['started', 'metoprolol', '<number>', 'mg']],
    ['twenty five mg', ['<number>', 'mg']],
    ["Crohn’s disease, isn't it?", ['crohn', "'s", 'disease', 'isn', "'t", 'it']],
    ['0.4–1,000', ['<number>']],
    ['…', []],
  ])('of "%s" are plain', (text, words) => {
    expect(languageWords(text)).toEqual(words);
  });
});

describe('A bigram model', () => {
  const drug = (text: string, weight: number): LexiconTerm => ({
    text,
    kind: 'drug',
    weight,
    soundsLike: [],
  });
  const drugs = [drug('metoprolol', 0.9), drug('zavegepant', 0.1)];
  const language = createClinicalLanguage(
    '# head\n<begin>\tstarted\t3\nstarted\tmetoprolol\t2\ton\t1\nmetoprolol\t<number>\t2',
    drugs,
  );

  test('gives words a higher probability behind words where they were seen', () => {
    expect(language.logProbability(['on'], 'started')).toBeGreaterThan(
      language.logProbability(['on'], 'metoprolol'),
    );
    expect(language.logProbability(['started'])).toBeGreaterThan(language.logProbability(['started'], 'on'));
    expect(language.logProbability(['on'], 'unseen')).toBeGreaterThan(
      language.logProbability(['off'], 'unseen'),
    );
  });

  test('expects unseen drugs where it has seen others, rare ones less than common ones', () => {
    const [common = 0, rare = 0, unknown = 0] = ['metoprolol', 'zavegepant', 'metaprial'].map((word) =>
      language.logProbability([word, '<number>'], 'started'),
    );
    expect(common - rare).toBeCloseTo(Math.log(9));
    expect(rare).toBeGreaterThan(unknown + 5);
  });

  test('gives probabilities that sum up to at most 1 after any word', () => {
    const words = ['started', 'on', 'metoprolol', 'zavegepant', '<number>', '<end>'];
    for (const before of ['<begin>', 'started', 'metoprolol', 'unseen']) {
      const sum = words.reduce((total, word) => total + Math.exp(language.logProbability([word], before)), 0);
      expect(sum).toBeGreaterThan(0.5);
      expect(sum).toBeLessThanOrEqual(1);
    }
  });

  test('sums log-probabilities over the words of a text', () => {
    const sum = language.logProbability(['started'], 'on') + language.logProbability(['on'], 'started');
    expect(language.logProbability(['started', 'on'], 'on')).toBeCloseTo(sum);
    expect(language.logProbability([], 'on')).toBe(0);
  });

  test.each(['started\ton', 'started\ton\tmany', 'started\ton\t-1', '\ton\t1'])(
    'refuses the line %j',
    (line) => {
      expect(() => createClinicalLanguage(`# head\n${line}`, [])).toThrow('Line 2 of the clinical language');
    },
  );
});

test('The known words are those of the pairs, the drugs and English', () => {
  const metoprolol: LexiconTerm = { text: 'metoprolol', kind: 'drug', weight: 1, soundsLike: [] };
  const language = createClinicalLanguage('started\tslowly\t1', [metoprolol], createEnglishWords(['breath']));
  for (const word of ['started', 'slowly', 'metoprolol', 'breath']) expect(language.isWord(word)).toBe(true);
  expect(language.isWord('metaprial')).toBe(false);
});

describe('The clinical language that ships', async () => {
  const language = await loadClinicalLanguage(await loadMedicalLexicon());
  const likelihood = (text: string) => language.logProbability(languageWords(text));

  test('takes less than 1 MB', () => {
    const { size } = statSync(new URL('../../lexicon/clinical-language.tsv', import.meta.url));
    expect(size).toBeLessThan(1e6);
  });

  test.each([
    ['shortness of breath', 'shortness of bread'],
    ['started metoprolol 25 mg', 'started meta pro all 25 mg'],
    ['history of atrial fibrillation', 'history of a trial fibrillation'],
  ])('finds "%s" likelier than "%s"', (said, heard) => {
    expect(likelihood(said)).toBeGreaterThan(likelihood(heard));
  });
});
