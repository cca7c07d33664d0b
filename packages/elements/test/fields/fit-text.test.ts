import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitText } from '../../src/fields/fit-text.js';
import { de } from '../../src/small-words/de-words.js';
import { en } from '../../src/small-words/en-words.js';

describe('a dictated text', () => {
  test.each([
    ['', 'No fever.', '', 'No fever.'],
    ['Seen today.', 'no fever.', '', ' No fever.'],
    ['Seen today. ', 'no fever.', '', 'No fever.'],
    ['Seen today.\n', 'no fever.', '', 'No fever.'],
    ['Patient has', 'No fever.', '', ' no fever.'],
    ['Patient has ', 'Pain.', ' in the left knee.', 'Pain'],
    ['Patient has ', 'The pain.', ' in the left knee.', 'the pain'],
    ['Seen by Dr.', 'smith.', '', ' smith.'],
    ['Seen by ', 'The Hague clinic.', '', 'The Hague clinic.'],
    ['Hepatitis ', 'A.', '', 'A.'],
    ['Test. ', 'pH 7.4.', '', 'pH 7.4.'],
    ['Pain (', 'Left knee.', ') today', 'Left knee'],
    ['Fever', ', cough', '', ', cough'],
    ['Give', '5 mg.', 'twice', ' 5 mg '],
    ['1', '5 mg', '', ' 5 mg'],
    ['0.', '5 mg', '', ' 5 mg'],
    ['-', '5 degrees', '', ' 5 degrees'],
    ['Give ', '2', '.5 mg', '2 '],
    ['Give ', '2.', '5 mg', '2. '],
    ['follow-', 'up', '', 'up'],
    ['Plan:', '\nRest.', '', '\nRest.'],
    ['Take b.i.d. ', 'Take it q.i.d.', ' and rest', 'Take it q.i.d.'],
  ])('after “%s”, “%s” before “%s” is written “%s”', (before, text, after, written) => {
    expect(fitText(text, { before, after, hasLines: true, keyTerms: [], smallWords: en })).toBe(written);
  });

  test('keeps the capitals of key terms, and has no lines in a field of one line', () => {
    const surroundings = { before: 'Start. ', after: '', hasLines: false, smallWords: en };
    expect(fitText('metoPROLOL now.', { ...surroundings, keyTerms: ['metoPROLOL'] })).toBe('metoPROLOL now.');
    expect(fitText('metoprolol now.', { ...surroundings, keyTerms: ['metoprolol'] })).toBe('metoprolol now.');
    expect(fitText('One.\n\nTwo.', { ...surroundings, keyTerms: [] })).toBe('One. Two.');
  });

  test('in German keeps nouns, and polite forms', () => {
    const fit = (text: string) =>
      fitText(text, { before: 'Patient ist ', after: '', hasLines: true, keyTerms: [], smallWords: de });
    expect(fit('Ohne Fieber.')).toBe('Ohne Fieber.');
    expect(fit('Nicht krank.')).toBe('nicht krank.');
    expect(fit('Sie sind da.')).toBe('Sie sind da.');
  });

  test('keeps every number, word and negation, whatever stands around it', () => {
    fc.assert(
      fc.property(pieces, pieces, pieces, fc.boolean(), (before, text, after, hasLines) => {
        fc.pre(text.trim() !== '');
        const surroundings = { before, after, hasLines, keyTerms: ['aspirin PROTECT'], smallWords: en };
        const written = before + fitText(text, surroundings) + after;
        expect(numbersOf(written)).toEqual([before, text, after].flatMap(numbersOf));
        expect(wordsOf(written)).toEqual([before, text, after].flatMap(wordsOf));
      }),
      { numRuns: 3000 },
    );
  });
});

const pieces = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        '5',
        '0.5',
        '.5',
        '142/88',
        '-5',
        '10-20',
        '1,000',
        'no',
        'No',
        'not',
        'The',
        'aspirin PROTECT',
        'mg',
        'pH',
        'q.i.d.',
        'Dr.',
        'left',
        '50',
        'A',
        'x',
      ),
      fc.constantFrom('', ' ', '. ', '.', ', ', ',', '\n', ' (', ') ', ': ', '-', '/', '? '),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.flat().join(''));

/** Numbers as a person reads them, with signs, points and slashes within. */
function numbersOf(text: string): readonly string[] {
  return text.match(/(?<![\p{L}\p{N}])[-−+]?[.,]?\d+(?:[.,:/–-]\d+)*/gu) ?? [];
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}]+/gu) ?? [];
}
