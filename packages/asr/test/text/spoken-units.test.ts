import { expect, test } from 'vitest';
import { spellUnitsOut } from '../../src/text/spoken-units.js';
import { joinWords } from '../../src/text/words.js';

test.each([
  ['took 25 mg twice', 'took 25 milligrams twice'],
  ['40 Mg.', '40 milligrams.'],
  ['seventy five mcg daily', 'seventy five micrograms daily'],
  ['1 mg, then 0.4 mL', '1 milligram, then 0.4 milliliters'],
  ['the MM slide', 'the MM slide'],
  ['mg of it', 'mg of it'],
  ['25 milligrams', '25 milligrams'],
])('%s is %s', (heard, said) => {
  const words = heard
    .split(' ')
    .map((text, index) => ({ text, spaceBefore: true, confidence: 1, firstToken: index, tokens: 1 }));
  expect(joinWords(spellUnitsOut(words))).toBe(said);
});
