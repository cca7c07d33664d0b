import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkKeyTerms, mergeKeyTerms } from '../../src/terms/check-key-terms.js';
import { keyTermLimits, type KeyTerm } from '../../src/terms/key-term.js';

const nothing = { unwritable: 0, duplicate: 0, common: 0 };

describe('a list of key terms', () => {
  test('keeps its spelling, with spaces tidied', () => {
    const terms = [
      { text: ' atrial\t fibrillation ' },
      { text: 'HbA1c', weight: 1.5, soundsLike: ['h b  a one c'] },
      { text: 'McMurray' },
      { text: 'β-blocker' },
      { text: 'Ménière' },
      { text: 'Eliquis®' },
      { text: '5-FU' },
    ];
    const { terms: kept, leftOut } = checkKeyTerms(terms, 'en');
    expect(leftOut).toEqual(nothing);
    expect(kept.map(({ text }) => text)).toEqual([
      'atrial fibrillation',
      ...terms.slice(1).map(({ text }) => text.normalize('NFC')),
    ]);
    expect(kept[1]).toEqual({ text: 'HbA1c', weight: 1.5, soundsLike: ['h b a one c'] });
  });

  test('may be empty', () => {
    expect(checkKeyTerms([], 'en')).toEqual({ terms: [], leftOut: nothing });
  });

  test.each([
    '💊',
    'aspirin 💊',
    '❤️',
    '142/88',
    ' ',
    '...',
    'метопролол',
    'アスピリン',
    'a\u0000b',
    'x\u200by',
    '\ud83d',
    'β',
  ])('loses terms that no English text holds: %j', (text) => {
    expect(checkKeyTerms([{ text }], 'en')).toEqual({ terms: [], leftOut: { ...nothing, unwritable: 1 } });
    const said = { text: 'metoprolol', soundsLike: [text] };
    expect(checkKeyTerms([said], 'en').leftOut).toEqual({ ...nothing, unwritable: 1 });
  });

  test.each([
    ['ru', 'метопролол'],
    ['ru', 'HbA1c'],
    ['ja', 'アスピリン錠'],
    ['zh', '高血压'],
    ['ko', '고혈압'],
    ['el', 'ασπιρίνη'],
    ['auto', 'метопролол'],
    ['en-GB', 'paracetamol'],
  ])('in %s may hold terms written in it: %s', (language, text) => {
    expect(checkKeyTerms([{ text }], language).terms).toEqual([{ text }]);
  });

  test('holds each term once, whatever its case, in its first spelling', () => {
    const given = ['HbA1c', 'hba1c', 'HBA1C', 'apixaban'].map((text) => ({ text }));
    expect(checkKeyTerms(given, 'en')).toEqual({
      terms: [{ text: 'HbA1c' }, { text: 'apixaban' }],
      leftOut: { ...nothing, duplicate: 2 },
    });
  });

  test.each(['the', 'The', 'AS', 'a', 'as well as', 'of the', 'OK.'])(
    'loses words that everybody uses: %s',
    (text) => {
      expect(checkKeyTerms([{ text }], 'en').leftOut).toEqual({ ...nothing, common: 1 });
      const said = { text: 'Theo', soundsLike: [text] };
      expect(checkKeyTerms([said], 'en').leftOut).toEqual({ ...nothing, common: 1 });
    },
  );

  test('keeps a phrase that holds such words among others', () => {
    expect(checkKeyTerms([{ text: 'range of motion' }], 'en').leftOut).toEqual(nothing);
  });
});

const term: fc.Arbitrary<KeyTerm> = fc.record(
  {
    text: fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('the', 'HbA1c', 'apixaban')),
    weight: fc.double({ ...keyTermLimits.weight, noNaN: true }),
    soundsLike: fc.array(fc.string(), { maxLength: 3 }),
  },
  { requiredKeys: ['text'] },
);
const lists = fc.array(term, { maxLength: 40 });

describe('any list', () => {
  test('keeps its order, with every term kept or counted', () => {
    fc.assert(
      fc.property(lists, fc.constantFrom('en', 'ru', 'ja', 'auto'), (given, language) => {
        const { terms, leftOut } = checkKeyTerms(given, language);
        const counted = leftOut.unwritable + leftOut.duplicate + leftOut.common;
        expect(terms.length + counted).toBe(given.length);
        expect(new Set(terms.map(({ text }) => text.toLowerCase())).size).toBe(terms.length);
        expect(terms.every(({ text }) => /\p{L}/u.test(text) && !/\p{Cc}|\s\s/u.test(text))).toBe(true);
      }),
    );
  });

  test('does not change when checked again', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const { terms } = checkKeyTerms(given, 'en');
        expect(checkKeyTerms(terms, 'en')).toEqual({ terms, leftOut: nothing });
      }),
    );
  });
});

describe('merged lists', () => {
  test('begin with the first list, which wins for terms that others have too', () => {
    expect(
      mergeKeyTerms([{ text: 'HbA1c', weight: 2 }], [{ text: 'hba1c' }, { text: 'apixaban' }], []),
    ).toEqual([{ text: 'HbA1c', weight: 2 }, { text: 'apixaban' }]);
  });

  test('have no more terms than a session may', () => {
    const many = (prefix: string) =>
      Array.from({ length: keyTermLimits.terms - 1 }, (_, index) => ({ text: `${prefix}${String(index)}` }));
    const merged = mergeKeyTerms(many('own'), many('server'));
    expect(merged).toHaveLength(keyTermLimits.terms);
    expect(merged.at(-1)).toEqual({ text: 'server0' });
  });
});
