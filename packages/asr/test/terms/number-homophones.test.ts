import { expect, test } from 'vitest';
import { proposeHomophones } from '../../src/terms/number-homophones.js';

test.each([
  ['She takes to grams daily', 2, 'two'],
  ['Give magnesium, for grams.', 2, 'four'],
  ['Infuse too liters', 1, 'two'],
  ['Add ate mL', 1, 'eight'],
])('a number is proposed for a small word before a unit: %s', (text, firstWord, number) => {
  const [proposal, ...others] = proposeHomophones(wordsOf(text));
  expect(proposal).toMatchObject({ firstWord, words: 1, text: number });
  expect(proposal?.allowance).toBeGreaterThan(0);
  expect(others).toEqual([]);
});

test.each([
  'ill for days',
  'changed to tablets',
  'transferred to units',
  'went up to two grams',
  'for gram stain',
  'to',
])('no number is proposed for a small word elsewhere: %s', (text) => {
  expect(proposeHomophones(wordsOf(text))).toEqual([]);
});

function wordsOf(text: string) {
  return text.split(' ').map((word, index) => ({
    text: word,
    spaceBefore: index > 0,
    confidence: 0.9,
    firstToken: index,
    tokens: 1,
  }));
}
