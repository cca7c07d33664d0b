import { describe, expect, it, test } from 'vitest';
import type { Clip } from '../../src/clips/manifest.js';
import { scoreHeardTerms } from '../../src/score/heard-terms.js';
import { biasingLists } from '../../src/terms/biasing-list.js';
import { sessionTerms } from '../../src/terms/session-terms.js';
import { createTermFinder } from '../../src/terms/term-finder.js';
import { MEDICAL_TERMS, readTermList } from '../../src/terms/term-list.js';

const clip = (fields: Partial<Clip> & { id: string }): Clip => ({
  file: '',
  kind: 'dictation',
  text: '',
  durationSeconds: 4,
  terms: [],
  ...fields,
});

describe('createTermFinder', () => {
  const find = createTermFinder(['Vitamin D', 'insulin', 'D dimer', '...']);

  test.each([
    ['Vitamin-D, insulin.', ['vitamin d', 'insulin']],
    ['insulins and vitamins', []],
    ['vitamin D dimer', ['vitamin d', 'd dimer']],
    ['', []],
  ])('finds whole terms in "%s"', (text, terms) => {
    expect(find(text).map(({ term }) => term)).toEqual(terms);
  });

  it('gives the position of a term', () => {
    expect(find('no, vitamin D')).toEqual([{ term: 'vitamin d', at: 1, words: 2 }]);
  });
});

describe('scoreHeardTerms', () => {
  it('counts terms heard more often than said, and leaves out clips without a transcript', () => {
    const clips = [
      clip({ id: 'a', text: 'Give insulin.' }),
      clip({ id: 'b', text: 'No fever.' }),
      clip({ id: 'unheard', text: 'insulin' }),
    ];
    const heard = scoreHeardTerms(
      clips,
      new Map([
        ['a', 'insulin, insulin and metformin'],
        ['b', 'no fever'],
      ]),
      ['insulin', 'metformin', 'fever'],
    );
    expect(heard).toEqual({
      heard: 4,
      inventedTimes: 2,
      precision: 0.5,
      invented: [
        { id: 'a', term: 'insulin', times: 1 },
        { id: 'a', term: 'metformin', times: 1 },
      ],
    });
  });

  it('has no precision where no term was heard', () => {
    expect(scoreHeardTerms([clip({ id: 'a' })], new Map([['a', 'well']]), ['fever'])).not.toHaveProperty(
      'precision',
    );
  });
});

describe('sessionTerms', () => {
  const clips = [
    clip({ id: 'a', text: 'Give insulin.', terms: ['insulin'] }),
    clip({ id: 'b', text: 'Insulin and acarbose.', terms: ['Insulin'] }),
  ];

  it('fills up the terms of the clips with terms that are not spoken', () => {
    expect(sessionTerms(clips, ['acarbose', 'achalasia', 'atopy'], 2)).toEqual(['Insulin', 'achalasia']);
  });

  it('keeps all terms of the clips, however many they are', () => {
    expect(sessionTerms(clips, ['atopy'], 1)).toEqual(['Insulin']);
  });
});

describe('the list of medical terms', () => {
  it('holds enough for a session, without duplicates', () => {
    const terms = readTermList(MEDICAL_TERMS);
    expect(terms.length).toBeGreaterThan(230);
    expect(new Set(terms.map((term) => term.toLowerCase())).size).toBe(terms.length);
  });
});

describe('biasingLists', () => {
  const rare = ['anon'];
  const clips = [
    clip({ id: 'a', text: 'anon he went', biasing: { rare, distractors: ['abbess', 'baboons'] } }),
    clip({
      id: 'b',
      text: 'baboons',
      biasing: { rare: ['baboons'], distractors: ['went', 'cabal', 'dirk'] },
    }),
  ];

  it('hold the rare words and the given number of distractors, published ones first', () => {
    const lists = biasingLists(clips, 3);
    const list = lists(clips[0] as Clip);
    expect(list[0]).toBe('anon');
    expect(new Set(list.slice(1, 3))).toEqual(new Set(['abbess', 'baboons']));
    expect(list).toHaveLength(4);
    expect(list).not.toContain('went');
    expect(biasingLists(clips, 3)(clips[0] as Clip)).toEqual(list);
  });

  it('reports too few words', () => {
    expect(() => biasingLists(clips, 9)(clips[0] as Clip)).toThrow('Choose more clips.');
  });
});
