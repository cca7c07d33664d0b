import fc from 'fast-check';
import numberToWords from 'number-to-words';
import { describe, expect, test } from 'vitest';
import { writeWords } from '../../../src/text/written-form/write-words.js';
import { readCases } from './cases.js';

const cases = readCases();

/** Words that numbers are written with. */
const SURROUNDINGS = [
  ...[
    'milligrams',
    'milligram',
    'units',
    'percent',
    'per',
    'liter',
    'deciliter',
    'tablets',
    'days',
    'day',
    'old',
  ],
  ...['year', 'years', 'over', 'to', 'or', 'of', 'out', 'third', 'second', 'first', 'twenty-first', 'p', 'm'],
  ...[
    'am',
    'hours',
    'L',
    'S',
    'T',
    'C',
    'b',
    'i',
    'blood',
    'pressure',
    'pulse',
    'is',
    'type',
    'stage',
    'from',
    'in',
  ],
  ...[
    'between',
    'half',
    'quarters',
    'plus',
    'minus',
    'call',
    'ratio',
    'degrees',
    'celsius',
    '25',
    '.5',
    '5.0',
    'mg',
  ],
  ...[
    '5.50',
    '10-15',
    '1,500',
    'U',
    'mcg.',
    'daily,',
    'Patient',
    'q',
    'h',
    'd',
    'by',
    'centimeters',
    'L4',
    'slash',
  ],
  ...[
    'out',
    'pain',
    "o'clock",
    'through',
    'million',
    'tablet',
    'positive',
    'negative',
    '%',
    'x',
    'mL',
    'cc',
    '142',
  ],
];

const NUMBER_WORDS = [
  ...[
    'zero',
    'one',
    'two',
    'three',
    'five',
    'nine',
    'ten',
    'eleven',
    'fifteen',
    'nineteen',
    'twenty',
    'forty',
  ],
  ...['ninety', 'hundred', 'hundred', 'thousand', 'and', 'a', 'point', 'oh'],
];

/** Words and marks between the number words of one run. */
const JOINTS = [
  'to',
  'or',
  'and',
  'slash',
  'dash',
  'over',
  'point',
  'oh',
  'double',
  'half',
  'minus',
  'through',
  'by',
];

const MEASURES = [
  ...[
    'milligrams',
    'percent',
    'units',
    'days',
    'year old',
    'milligrams per deciliter',
    'tablets',
    'degrees',
    'cc',
  ],
  ...['over sixty', 'to ten thousand milligrams', 'beats per minute', 'plus', 'p m', 'people', 'mg', '%'],
];

describe.each([...new Set(cases.map(({ kind }) => kind))])('of %s', (kind) => {
  test.each(cases.filter((one) => one.kind === kind))(
    '"$spoken" is written "$written"',
    ({ spoken, written }) => {
      expect(write(spoken)).toBe(written);
    },
  );
});

describe('the value of a number', () => {
  test('is the one that an independent library spelled', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(100), fc.nat(9999), fc.nat(999_999_999)), spelling, (value, spell) => {
        const written = write(`${spell(value)} milligrams`);
        expect(valueOf(written)).toBe(`${String(value)} mg`);
      }),
    );
  });

  test('is kept with decimals, spoken digit by digit', () => {
    fc.assert(
      fc.property(fc.nat(2000), decimals, spelling, (whole, digits, spell) => {
        const spoken = `${spell(whole)} point ${spellDigits(digits)}`;
        // "Zero point zero" may go on.
        fc.pre(Number(`${String(whole)}.${digits}`) > 0);
        expect(valueOf(write(spoken))).toBe(`${String(whole)}.${digits}`);
        const dose = write(`${spoken} milligrams`);
        expect(Number.parseFloat(valueOf(dose))).toBe(Number(`${String(whole)}.${digits}`));
        expect(dose).not.toMatch(/\.\d*0 mg/u);
      }),
    );
  });

  test('is kept where "hundred" is left out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 110, max: 250 }),
        fc.integer({ min: 40, max: 105 }),
        (systolic, diastolic) => {
          fc.pre(systolic % 100 >= 10);
          const spoken = `${elided(systolic)} over ${diastolic > 100 ? elided(diastolic) : plain(diastolic)}`;
          expect(write(spoken)).toBe(`${String(systolic)}/${String(diastolic)}`);
        },
      ),
    );
  });

  test('is kept in ranges, ages, dates, percentages and ordinals', () => {
    const small = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(write(`${plain(a)} percent`)).toBe(`${String(a)}%`);
        expect(write(`${plain(a)} year old`)).toBe(`${String(a)}-year-old`);
        const range = `${String(a)}${a < b ? '–' : ' to '}${String(b)} mg`;
        expect(write(`${plain(a)} to ${plain(b)} milligrams`)).toBe(range);
        if (a <= 31) expect(write(`on June ${numberToWords.toWordsOrdinal(a)}`)).toBe(`on June ${String(a)}`);
        const year = 1900 + b;
        if (b >= 10) expect(write(`in nineteen ${plain(b)}`)).toBe(`in ${String(year)}`);
        const ordinal = numberToWords.toWordsOrdinal(a).replaceAll('-', ' ');
        if (a >= 10 && !ordinal.endsWith(' second')) {
          expect(write(ordinal)).toBe(numberToWords.toOrdinal(a));
        }
      }),
    );
  });

  test('is kept in any run of number words: the written form spells back to the spoken words', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NUMBER_WORDS), { minLength: 1, maxLength: 6 }), (words) => {
        for (const { text, first, last } of writeWords(words)) {
          const spoken = words.slice(first, last + 1).join(' ');
          if (text === spoken) continue;
          expect(readings(text), `${spoken} as ${text}`).toContain(
            spoken.replace(/^a (?=hundred|thousand)/u, 'one ').replaceAll(' and ', ' '),
          );
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a run of number words', () => {
  test('is written as a whole, or stays as it was spoken', () => {
    const word = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(...NUMBER_WORDS.filter((one) => one !== 'a' && one !== 'and')),
      },
      { weight: 2, arbitrary: fc.constantFrom(...JOINTS) },
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 8 }), (words) => {
        const written = write(words.join(' '));
        if (!/\d/u.test(written)) return;
        const left = written.split(' ').filter((one) => NUMBER_WORDS.includes(one) && one !== 'and');
        // "2.5 thousand" keeps its scale, and "point to ten" has no point of a number.
        const isFree = (one: string) => one === 'thousand' || one === 'point' || one === 'oh';
        expect(
          left.filter((one) => !isFree(one)),
          written,
        ).toEqual([]);
        expect(written).not.toMatch(/\d (?:point|oh|slash|dash)\b|\b(?:point|oh|double|half|slash|dash) \d/u);
      }),
      { numRuns: 6000 },
    );
  });

  test('stays spoken where its scale may count for two numbers', () => {
    const scales = fc.constantFrom(['hundred', 9], ['thousand', 99], ['million', 99]) as fc.Arbitrary<
      [string, number]
    >;
    const joints = fc.constantFrom('to', 'or', 'and', 'through', 'by');
    const units = fc.constantFrom('units', 'milligrams', 'milliliters', '');
    fc.assert(
      fc.property(scales, joints, units, fc.nat(1000), fc.nat(1000), ([scale, most], joint, unit, a, b) => {
        const high = 2 + (a % (most - 1));
        const low = 1 + (b % (high - 1));
        const between = joint === 'and' ? 'between ' : '';
        const spoken = `${between}${plain(low)} ${joint} ${plain(high)} ${scale} ${unit}`.trim();
        expect(write(spoken)).toBe(spoken);
        const size = { hundred: 100, thousand: 1000, million: 1e6 }[scale] ?? 1;
        const digits = `${String(low)} ${joint} ${(high * size).toLocaleString('en-US')} mg`;
        expect(write(digits)).toBe(digits);
      }),
    );
  });

  test('is a range where its first number needs no scale of the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (tens, hundreds) => {
        fc.pre(tens * 10 >= hundreds && tens > 1);
        const spoken = `${plain(tens * 10)} to ${plain(hundreds * 100)} milligrams`;
        expect(write(spoken)).toBe(`${String(tens * 10)}–${String(hundreds * 100)} mg`);
      }),
    );
  });
});

describe('any words', () => {
  const soup = fc.array(fc.oneof(fc.constantFrom(...SURROUNDINGS), fc.constantFrom(...NUMBER_WORDS)), {
    minLength: 1,
    maxLength: 14,
  });

  test('stay in order, and every one has its place in the written form', () => {
    fc.assert(
      fc.property(soup, fc.boolean(), fc.boolean(), (words, start, end) => {
        const written = writeWords(words, { start, end });
        const places = written.map(({ first, last }) => [first, last] as const);
        expect(places[0]?.[0]).toBe(0);
        expect(places.at(-1)?.[1]).toBe(words.length - 1);
        for (const [index, [first, last]] of places.entries()) {
          expect(last).toBeGreaterThanOrEqual(first);
          const before = places[index - 1];
          if (before !== undefined && (before[0] !== first || before[1] !== last))
            expect(first).toBe(before[1] + 1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('have a written form that does not change when written again', () => {
    const spoken = fc.constantFrom(...cases).map((one) => one.spoken.replace(/[.,]$/u, ''));
    const measured = fc
      .tuple(fc.nat(2500), fc.constantFrom(plain, String), fc.constantFrom(...MEASURES))
      .map(([value, spell, unit]) => `${spell(value)} ${unit}`);
    const filler = fc.constantFrom(', ', '. ', ', then ', '; ');
    const phrases = fc.array(fc.tuple(fc.oneof(spoken, measured), filler), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(phrases, (said) => {
        const once = write(said.flat().slice(0, -1).join(''));
        expect(write(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
    for (const { written } of cases) expect(write(written)).toBe(written);
    expect(write('December 22, 1,800 mg/dL')).toBe('December 22, 1,800 mg/dL');
  });

  test('never get a trailing zero in a dose, a naked decimal point or an error-prone abbreviation', () => {
    fc.assert(
      fc.property(soup, (words) => {
        const written = write(words.join(' '));
        expect(written).not.toMatch(/(?:^|\s)\.\d/u);
        expect(written).not.toMatch(/\.\d*0 (?:mg|mcg|g|mL|units|mEq)(?:\s|$)/u);
        expect(written).not.toMatch(/(?:^|\s)[\d.,]+ (?:U|cc|µg)(?:\s|$)/u);
      }),
      { numRuns: 2000 },
    );
  });
});

function write(text: string): string {
  return writeWords(text.split(' '))
    .map((word) => word.text)
    .join(' ');
}

/** Without commas, and with the millions that stay a word. */
function valueOf(written: string): string {
  return written.replaceAll(',', '').replace(/ million/u, '000000');
}

function plain(value: number): string {
  return numberToWords.toWords(value).replaceAll(',', '').replaceAll('-', ' ');
}

/** 142 as `one forty two`. */
function elided(value: number): string {
  const rest = value % 100;
  return `${plain(Math.floor(value / 100))} ${rest < 10 ? 'oh ' : ''}${plain(rest)}`;
}

function spellDigits(digits: string): string {
  return Array.from(digits)
    .map((digit) => numberToWords.toWords(Number(digit)))
    .join(' ');
}

/** Ways in which the words of a number may be spelled. */
const spelling = fc.constantFrom(
  plain,
  (value: number) => numberToWords.toWords(value).replaceAll(',', ''),
  (value: number) => plain(value).replace(/hundred (?=\w+(?: \w+)?$)(?!thousand|million)/u, 'hundred and '),
  (value: number) => plain(value).replace(/^one hundred/u, 'a hundred'),
);

const decimals = fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }).map((digits) => digits.join(''));

/** Every way in which a written number may have been spoken, if no words around it are known. */
function readings(written: string): string[] {
  const digits = written.replaceAll(',', '');
  const [whole = '', fraction] = digits.split('.');
  const value = Number(whole);
  const wholes = [plain(value)];
  if (value >= 1000 && value < 10_000 && value % 1000 >= 100) {
    wholes.push(
      `${plain(Math.floor(value / 100))} hundred${value % 100 === 0 ? '' : ` ${plain(value % 100)}`}`,
    );
  }
  if (/^19[1-9]\d$/u.test(whole)) wholes.push(`nineteen ${plain(value % 100)}`);
  if (/^190[1-9]$/u.test(whole)) wholes.push(`nineteen oh ${plain(value % 100)}`);
  // With a point behind it, a hundred with an "oh" can be one number only.
  if (fraction !== undefined && /^[1-9]0[1-9]$/u.test(whole)) wholes.push(elided(value));
  if (/^\d{10}$/u.test(whole) || whole === '911') wholes.push(spellDigits(whole));
  if (fraction === undefined) return wholes;
  const single = fraction.replaceAll('0', 'o');
  const ends = new Set([spellDigits(fraction), plain(Number(fraction)), single]);
  const zeros = spellDigits(fraction).split(' ');
  for (const mask of [...Array(2 ** zeros.length).keys()]) {
    ends.add(zeros.map((word, index) => (word === 'zero' && mask & (1 << index) ? 'oh' : word)).join(' '));
  }
  if (whole === '0') wholes.push('oh');
  return wholes.flatMap((start) => [...ends].map((end) => `${start} point ${end}`));
}
