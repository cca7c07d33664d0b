import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heardStatements } from '../../src/text/kept-meaning/statements.js';
import { spellUnitsOut } from '../../src/text/spoken-units.js';
import { joinWords, type SpelledWord } from '../../src/text/words.js';

test.each([
  ['took 25 mg twice', 'took 25 milligrams twice'],
  ['40 Mg.', '40 milligrams.'],
  ['seventy five mcg daily', 'seventy five micrograms daily'],
  ['1 mg, then 0.4 mL', '1 milligram, then 0.4 milliliters'],
  ['the MM slide', 'the MM slide'],
  ['mg of it', 'mg of it'],
  ['25 milligrams', '25 milligrams'],
])('%s is %s', (heard, said) => {
  expect(joinWords(spellUnitsOut(spelled(heard)))).toBe(said);
});

test('only units change, and no number or negation is lost', () => {
  const units = ['mg', 'Mg.', 'mL,', 'mcg', 'kg', 'MM', 'cm', 'milligrams', '5mg', 'mg/kg', '0.5mL'];
  const numbers = [
    '5',
    '0.5',
    '1',
    'one',
    'a',
    'twenty',
    'five',
    'point',
    'half',
    '1,000',
    '1/2',
    '5.',
    '½',
    'oh',
  ];
  const others = ['no', 'not', "don't", '-', '-5', 'of', 'Mg2', 'MMR', 'to'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...units, ...numbers, ...others), { maxLength: 8 }), (heard) => {
      const said = spellUnitsOut(spelled(heard.join(' '))).map(({ text }) => text);
      expect(said).toHaveLength(Math.max(1, heard.length));
      expect(heardStatements(said)).toEqual(heardStatements(heard));
      const changed = heard.filter((word, at) => word !== said[at]);
      expect(changed.every((word) => /^(?:m|mc|k)?[glm]\W*$|^cm$/iu.test(word))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

function spelled(text: string): SpelledWord[] {
  return text
    .split(' ')
    .map((word, index) => ({ text: word, spaceBefore: true, confidence: 1, firstToken: index, tokens: 1 }));
}
