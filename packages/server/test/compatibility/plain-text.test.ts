import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText } from '../../src/compatibility/plain-text.js';

test('leaves out capital letters and punctuation, and whatever is no word', () => {
  expect(plain('No chest pain, and — “Lungs” clear.')).toBe('no chest pain and lungs clear');
  expect(plain('Take 1,200 mg at 7:30; it is -5.5 (minus).')).toBe('take 1,200 mg at 7:30 it is -5.5 minus');
  expect(plain('')).toBe('');
});

test('keeps all marks where one of them keeps two numbers apart', () => {
  expect(plain('Twenty, five, and done.')).toBe('twenty, five, and done.');
  expect(plain('Give 5, 10 or 15.')).toBe('give 5, 10 or 15.');
});

test('digits and signs come out as they went in, whatever is around them', () => {
  const number = fc.oneof(
    fc.integer({ min: -5000, max: 5000 }),
    fc.double({ min: 0, max: 100, noNaN: true }),
  );
  const word = fc.constantFrom('mg', 'of', 'Then', 'no', '"Take', 'pain', '(about');
  const said = fc.oneof(
    number.map((value) => String(Math.round(value * 100) / 100)),
    word,
  );
  const mark = fc.constantFrom('', '', '', ',', '.', ';', ')');
  fc.assert(
    fc.property(fc.array(fc.tuple(said, mark), { maxLength: 12 }), (pieces) => {
      const text = pieces.map(([one, behind]) => one + behind).join(' ');
      expect(numbersOf(plain(text))).toEqual(numbersOf(text));
    }),
  );
});

/** The numbers that a person would read, one after another: two that only a space keeps apart are one. */
function numbersOf(text: string): string[] {
  return [...text.matchAll(/-?\d+(?:\.\d+)?(?: \d+)*/gu)].map(([number]) => number.replaceAll(' ', ''));
}

function plain(text: string): string {
  return plainText(text.split(' ').filter((word) => word !== ''));
}
