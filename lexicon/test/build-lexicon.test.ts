import { describe, expect, test } from 'vitest';
import { buildLexicon } from '../src/build-lexicon.js';
import type { Sources } from '../src/read-sources.js';
import type { SourceName } from '../src/sources/source-name.js';
import { readUnii } from '../src/sources/unii.js';
import { readWordFrequencies } from '../src/sources/word-frequencies.js';

function name(
  text: string,
  source: string,
  concept = text,
  casing: SourceName['casing'] = 'kept',
): SourceName {
  return { text, kind: 'condition', source, concept, casing };
}

const twoSources = (...texts: readonly string[]): SourceName[] =>
  texts.flatMap((text) => [name(text, 'mondo'), name(text, 'mesh', text, 'lost')]);

const nothing: Sources = {
  names: [],
  prescribed: [],
  drugBank: [],
  unii: readUnii(''),
  abbreviations: new Map(),
  frequencies: readWordFrequencies('heart 900000\nfailure 800000\n', ''),
  clinicalTexts: [],
  clinicalSentences: [],
};

const textsOf = (sources: Partial<Sources>): string[] =>
  buildLexicon({ ...nothing, ...sources }, []).map(({ text }) => text);

describe('buildLexicon', () => {
  test('takes names on which sources agree, and leaves out unused names of a single source', () => {
    expect(textsOf({ names: [...twoSources('gastritis'), name('oddosis', 'mondo')] })).toEqual(['gastritis']);
  });

  test('leaves out ordinary words, and phrases of them', () => {
    expect(textsOf({ names: twoSources('heart failure', 'heart', 'gastritis') })).toEqual(['gastritis']);
  });

  test('takes capital letters from sources that keep them', () => {
    const names = [
      ...twoSources('Crohn colitis'),
      ...Array.from({ length: 8 }, (_, at) => name(`Crohn colitis of ${at}`, 'doid')),
    ];
    expect(textsOf({ names })).toEqual(expect.arrayContaining(['Crohn', 'Crohn colitis', 'colitis']));
  });

  test('leaves out British spellings beside American ones, and plurals that occur in no book', () => {
    expect(textsOf({ names: twoSources('edema', 'oedema', 'hypothyroidism', 'hypothyroidisms') })).toEqual([
      'edema',
      'hypothyroidism',
    ]);
  });

  test('leaves out the acronyms of ontologies', () => {
    expect(textsOf({ names: twoSources('gastritis', 'ACDMPV') })).toEqual(['gastritis']);
  });

  test('takes prescribed drugs with their brands, and brands of combinations', () => {
    const unii = readUnii(
      [
        'OXYCODONE\tof\tCD35PMG570\tOXYCODONE',
        'PERCOCET COMPONENT OXYCODONE HYDROCHLORIDE\tcn\tC1ENJ2TE6C\tOXYCODONE HYDROCHLORIDE',
        'OBSCURIN\tof\t0\tOBSCURIN',
      ].join('\n'),
    );
    const prescribed = [{ ingredients: ['Oxycodone'], synonyms: ['Roxicodone', 'Heart', 'Oxaydo XR'] }];
    expect(textsOf({ unii, prescribed })).toEqual(['Oxaydo XR', 'Percocet', 'Roxicodone', 'oxycodone']);
  });

  test('takes abbreviations that clinical texts use, unless they are words', () => {
    const abbreviations = new Map([
      ['COPD', ['chronic obstructive pulmonary disease']],
      ['HEART', ['some study']],
      ['XQZ', ['unused']],
    ]);
    const clinicalTexts = ['Known COPD.', 'COPD, heart failure.', 'HEART'];
    expect(textsOf({ abbreviations, clinicalTexts })).toEqual(['COPD']);
  });

  test('derives forms that occur in books', () => {
    const frequencies = readWordFrequencies('the 9\nintubated 5\n', '');
    const ranked = { ...frequencies, rank: () => undefined };
    expect(textsOf({ names: twoSources('intubation'), frequencies: ranked })).toEqual([
      'intubated',
      'intubation',
    ]);
  });

  test('prefers curated terms to those of the sources', () => {
    const curated = [{ text: 'HbA1c', kind: 'test', weight: 1, soundsLike: ['h b a one c'] }] as const;
    expect(buildLexicon({ ...nothing, names: twoSources('gastritis') }, curated)).toEqual([
      curated[0],
      expect.objectContaining({ text: 'gastritis', kind: 'condition' }),
    ]);
  });

  test('does not depend on the order of the names', () => {
    const names = twoSources('gastritis', 'colitis', 'Crohn colitis');
    expect(textsOf({ names })).toEqual(textsOf({ names: [...names].reverse() }));
  });
});
