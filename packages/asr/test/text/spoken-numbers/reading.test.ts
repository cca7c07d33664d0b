import fc from 'fast-check';
import numberToWords from 'number-to-words';
import { describe, expect, test } from 'vitest';
import { writeFinals } from '../../../src/text/write-final.js';
import { differenceOf } from './comparison.js';
import { asFinals } from './cuts.js';
import { kindsOfDoses, kindsOfFindings } from './phrases.js';
import { readNumbers } from './reading.js';

describe('the reader of spoken numbers', () => {
  test('reads numbers spelled by another library, with and without hyphens and "and"', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(100), fc.nat(9999), fc.nat(999_999_999)), fc.nat(2), (value, way) => {
        const hyphened = numberToWords.toWords(value).replaceAll(',', '');
        const plain = hyphened.replaceAll('-', ' ');
        const joined = plain.replace(/hundred (?=\w+(?: \w+)?$)/u, 'hundred and ');
        const text = [hyphened, plain, joined][way] ?? plain;
        expect(rows(`${text} milligrams`)).toEqual([`${String(value)} mg`]);
      }),
      { seed: 56 },
    );
  });

  test('reads ordinals spelled by another library', () => {
    for (let value = 1; value < 200; value++) {
      const said = numberToWords.toWordsOrdinal(value).replaceAll('-', ' ');
      expect(rows(`the ${said} visit`), said).toContain(`${String(value)}th`);
      expect(rows(`the ${numberToWords.toOrdinal(value)} visit`, 'written')).toContain(`${String(value)}th`);
    }
  });

  test.each([
    ['one twenty five milligrams', ['125 mg']],
    ['take one twenty five milligram tablet', ['1 25 mg tablet', '125 mg tablet']],
    ['one forty over ninety', ['140 / 90']],
    ['three thirty p m', ['3 30 pm', '330 pm']],
    ['twenty uh five units', ['25 unit']],
    ['fifty, no, fifteen', ['50 no 15']],
    ['five to ten thousand', ['5000 to 10000']],
    ['fifty to one hundred thousand', ['50000 to 100000']],
    ['fifty to one hundred', ['50 to 100']],
    ['two to three hundred thousand', ['200000 to 300000']],
    ['one, two, or three hundred', ['100 200 or 300']],
    ['a hundred or two', ['100 or 200']],
    ['between two and three hundred', ['200 and 300']],
    ['half a million', ['500000']],
    ['three quarters of a million', ['750000']],
    ['a million and a half', ['1500000']],
    ['two and a half thousand', ['2500']],
    ['two thirds', ['0.666666667']],
    ['zero point oh four', ['0.04']],
    ['point one two five', ['0.125']],
    ['two point five million', ['2500000']],
    ['five to 10,000', ['"5 to 10000"', '5000 to 10000']],
    ['point oh', ['"point oh"']],
    ['a few hundred', ['few×100']],
    ['March third nineteen eighty five', ['3 19 85', '3 1985']],
    ['the nineteen eighties', ['1980s']],
    ['zip code zero two one one five', ['#02115']],
    ['four plus out of five', ['4 + / 5']],
    ['minus two point five', ['minus 2.5']],
    ['three by four centimeters', ['3 × 4 cm']],
    ["don't give ten, never five", ["don't 10 never 5"]],
    ['at this point five patients', ['5']],
  ])('reads "%s"', (text, expected) => {
    expect(rows(text)).toEqual(expect.arrayContaining(expected));
    const others = rows(text).filter((row) => !expected.includes(row));
    // Digits that are read one by one are also allowed.
    expect(others.filter((row) => !/^\d(?: \d)+$/u.test(row))).toEqual([]);
  });
});

describe('the reader of written numbers', () => {
  test.each([
    ['5–10 mg', ['5 to 10 mg']],
    ['1,500 mL', ['1500 ml']],
    ['5,000–10,000 units', ['5000 to 10000 unit']],
    ['5 to 10,000 units', ['5 to 10000 unit']],
    ['5–10 thousand units', ['5000 to 10000 unit']],
    ['1½ tablets', ['1.5 tablet']],
    ['1 1/2 tablets', ['1.5 tablet']],
    ['3.2 × 2.1 cm', ['3.2 × 2.1 cm']],
    ['BP 120/80', ['120 / 80']],
    ['4+/5', ['4 + / 5']],
    ['3:30 PM', ['3 30 pm']],
    ['March 3, 2024', ['3 2024']],
    ['555-1234', ['5551234']],
    ['L4–L5', ['4 5']],
    ['T2N1M0', ['2 1 0']],
    ['5 mcg/kg/min', ['5 mcg kg min']],
    ['38.2 °C', ['38.2 celsius']],
    ['-2.5', ['minus 2.5']],
    ['45-year-old', ['45 year']],
    ['5k', ['5000']],
    ['2.5 million', ['2500000']],
  ])('reads "%s"', (text, expected) => {
    expect(rows(text, 'written')).toEqual(expect.arrayContaining(expected));
  });
});

describe('the comparison of finals', () => {
  test.each([
    ['Give two | point oh milligrams.', 'Give two | 0 mg.'],
    ['Take point | five milligrams.', 'Take point | 5 mg.'],
    ['Troponin point oh | four.', 'Troponin 0.0 | four.'],
    ['Troponin point oh four', 'Troponin 0.0 four'],
    ['Zip code nine oh two one oh.', 'Zip code 9021 oh.'],
    ['Telephone double five five one two.', 'Telephone double 5512.'],
    ['half a million', 'half 1 million'],
    ['Heparin five to ten thousand units.', 'Heparin 5–10,000 units.'],
    ['Heparin 5 to 10,000 units.', 'Heparin 5–10,000 units.'],
    ['Five | to ten thousand units.', 'Five | to 10,000 units.'],
    ['Give one hundred. | Five milligrams.', 'Give 100. | 5 mg.'],
    ['Give one hundred | five milligrams.', 'Give 100 | 5 mg.'],
    ['Give one | twenty five milligrams.', 'Give one | 25 mg.'],
    ['Give twenty uh five milligrams.', 'Give 20 uh 5 mg.'],
    ['Apgars eight and nine.', 'Apgars 8 and nine.'],
    ['three slash fourteen slash nineteen sixty two', '3/14 slash 1962'],
    ['ten to eleven a m', '10 to 11 a m'],
    ['Give ten milligrams.', 'Give 10 mcg.'],
    ['Give fifty, no, fifteen.', 'Give 50, 15.'],
    ['five, ten', '10, 5'],
  ])('finds "%s" in "%s" wrong', (spoken, written) => {
    expect(differenceOf(spoken.split(' | '), written.split(' | '))).toBeDefined();
  });

  test.each([
    ['Give one hundred. | Five milligrams.', 'Give 100. | Five milligrams.'],
    ['Give one hundred | five milligrams.', 'Give one hundred | five milligrams.'],
    ['Give two. | Point oh milligrams.', 'Give two. | Point oh milligrams.'],
    ['She is sixty two. | No chest pain.', 'She is 62. | No chest pain.'],
    ['Heparin 5 to 10,000 units.', 'Heparin 5 to 10,000 units.'],
    ['Heparin five to ten thousand units.', 'Heparin five to ten thousand units.'],
    ['Heparin five to ten thousand units.', 'Heparin 5,000–10,000 units.'],
    ['Take one twenty five milligram tablet.', 'Take one 25 mg tablet.'],
    ['hemoglobin A one C of eight point one percent', 'hemoglobin A1c of 8.1%'],
    ['fifty uh fifteen milligrams', '50 uh 15 mg'],
  ])('finds "%s" in "%s" right', (spoken, written) => {
    expect(differenceOf(spoken.split(' | '), written.split(' | '))).toBeUndefined();
  });
});

describe('a phrase that was written correctly', () => {
  const written = fc
    .sample(fc.oneof(...[...kindsOfDoses, ...kindsOfFindings].map(({ phrases }) => phrases)), {
      numRuns: 400,
      seed: 56,
    })
    .map((phrase) => {
      const [final] = writeFinals(asFinals([phrase], 0), { writtenForm: true, dictationCommands: false });
      return { phrase, text: final?.text ?? '' };
    });

  test.each<[string, RegExp, (found: string) => string]>([
    ['another digit', /\d/u, (digit) => String((Number(digit) + 1) % 10)],
    ['a digit more', /\d(?![\d.,]*\d)/u, (digit) => `${digit}5`],
    ['another unit', /\bmg\b/u, () => 'mcg'],
    ['a number less', /(?<![\d.,–/])\b\d+ (?=mg|mcg|mL|units)/u, () => ''],
    ['a negation less', /\b(?:no|not|never|without|denies)\b/iu, () => ''],
    ['two numbers joined', /(?<=\d) (?:to|or|and) (?=\d)/u, () => ''],
  ])('is not accepted with %s', (_, place, change) => {
    const wrong = written
      .map(({ phrase, text }) => ({ phrase, text, changed: text.replace(place, change) }))
      .filter(({ text, changed }) => changed !== text);
    expect(wrong.length).toBeGreaterThan(3);
    expect(wrong.filter(({ phrase, changed }) => differenceOf([phrase], [changed]) === undefined)).toEqual(
      [],
    );
  });
});

function rows(text: string, side: 'spoken' | 'written' = 'spoken'): string[] {
  return [...readNumbers(text, side).rows].map((row) => row.trim());
}
