import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sentenceEnd, type SentenceEnd } from '../../src/live/sentence-end.js';
import type { SpelledWord } from '../../src/text/words.js';

const SURE = { endLogProbability: -0.01, stopped: 'end' } as const;

test.each<readonly [string, SentenceEnd]>([
  ['Any chest pain?', 'complete'],
  ['No.', 'complete'],
  ['She has not been coughing.', 'complete'],
  ["I haven't.", 'complete'],
  ['Okay', 'unclear'],
  ['The pain started', 'unclear'],
  ['It hurts and', 'hanging'],
  ['I take the.', 'hanging'],
  ['Chest pain, cough,', 'hanging'],
  ['I was going to...', 'hanging'],
  ['Metoprolol twenty five.', 'hanging'],
  ['Give 50.', 'hanging'],
  ['', 'unclear'],
])('after %j, the sentence is %s', (text, expected) => {
  expect(sentenceEnd(spelled(text), SURE, 'en')).toBe(expected);
});

test('no sentence is complete where the decoder is unsure of its end or its last word, or came to no end', () => {
  const words = spelled('Any chest pain?');
  expect(sentenceEnd(words, { ...SURE, endLogProbability: -0.5 }, 'en')).toBe('unclear');
  expect(sentenceEnd(spelled('Any chest pain?', 0.3), SURE, 'en')).toBe('unclear');
  expect(sentenceEnd(words, { ...SURE, stopped: 'length' }, 'en')).toBe('unclear');
});

test('sentences of other languages are not judged', () => {
  expect(sentenceEnd(spelled('Haben Sie Schmerzen an?'), SURE, 'de')).toBe('unclear');
});

test('a number at the end always hangs', () => {
  const units = 'one two three four five six seven eight nine ten eleven twelve thirteen fifteen'.split(' ');
  const tens = 'twenty thirty forty fifty sixty seventy eighty ninety hundred thousand'.split(' ');
  const number = fc.oneof(fc.nat().map(String), fc.constantFrom(...units, ...tens));
  fc.assert(
    fc.property(number, fc.constantFrom('', '.', '?'), (said, mark) => {
      expect(sentenceEnd(spelled(`The dose is ${said}${mark}`), SURE, 'en')).toBe('hanging');
    }),
  );
});

function spelled(text: string, confidence = 0.9): SpelledWord[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, index) => ({ text: word, spaceBefore: true, confidence, firstToken: index, tokens: 1 }));
}
