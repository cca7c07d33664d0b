import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineHearings } from '../../src/live/combine-hearings.js';
import type { FinalHypothesis } from '../../src/live/live-transcription.js';

test('what most hearings heard is taken, as surely as all of them heard it', () => {
  const [final] = combine(
    ['Take metaprial, twice a day.', 0.4],
    ['take metoprolol twice a day', 0.8],
    ['Take Metoprolol, twice a day.', 0.6],
  );
  expect(final?.text).toBe('Take metoprolol twice a day.');
  expect(final?.words[1]).toMatchObject({ text: 'metoprolol', confidence: expect.closeTo(1.4 / 3) });
  expect(final?.confidence).toBeCloseTo((4 * 0.6 + 1.4 / 3) / 5);
});

test('a hearing that is sure outvotes two that are not', () => {
  expect(texts(['no pain', 0.2], ['no pain', 0.2], ['no rain', 0.9])).toEqual(['no rain']);
});

test('words that others missed are added where enough of the rest is sure, and left out where it is not', () => {
  expect(texts(['she has fever', 0.9], ['she has no fever', 0.9], ['she has no fever', 0.9])).toEqual([
    'she has no fever',
  ]);
  expect(texts(['she has fever', 0.9], ['she has uh fever', 0.3], ['she has fever', 0.9])).toEqual([
    'she has fever',
  ]);
});

test('finals are cut as the first hearing cuts them', () => {
  const first = [heard('Good morning.', 0), heard('How are you?', 1)];
  const second = [heard('good morning how are you today', 0)];
  const third = [heard('good morning how are you today', 0)];
  const finals = [...combineHearings([first, second, third])];
  expect(finals.map(({ sequence, text }) => [sequence, text])).toEqual([
    [0, 'Good morning.'],
    [1, 'How are you? today'],
  ]);
  expect(finals.map(({ start, end }) => [start, end])).toEqual(first.map(({ start, end }) => [start, end]));
});

test('what only the others heard is a final of its own', () => {
  const quiet = heard('very quiet', 20);
  const finals = [...combineHearings([[heard('loud', 0)], [heard('loud', 0), quiet], [quiet]])];
  expect(finals.map(({ text, start }) => [text, start])).toEqual([
    ['loud', 0],
    ['very quiet', 20],
  ]);
  expect([...combineHearings([[], [], []])]).toEqual([]);
});

test('languages that are written without spaces stay so', () => {
  const apart = (text: string): FinalHypothesis => ({ ...heard([...text].join(' '), 0), text });
  const [final] = combineHearings([[apart('没有疼痛')], [apart('我没有疼痛')], [apart('我没有疼痛')]]);
  expect(final?.text).toBe('我没有疼痛');
});

test('hearings that agree change nothing, however much is said without a pause', () => {
  const spoken = fc.array(fc.constantFrom('a', 'b', 'c', "d'e", 'Ä', '—'), { minLength: 1, maxLength: 700 });
  fc.assert(
    fc.property(spoken, fc.integer({ min: 1, max: 4 }), (words, hearings) => {
      const final = heard(words.join(' '), 3);
      const [only, ...others] = combineHearings(Array.from({ length: hearings }, () => [final]));
      expect(others).toEqual([]);
      expect(only?.text).toBe(final.text);
      expect(only?.words.map(({ start }) => start)).toEqual(final.words.map(({ start }) => start));
    }),
    { numRuns: 20 },
  );
});

function texts(...hearings: readonly (readonly [string, number])[]): string[] {
  return combine(...hearings).map(({ text }) => text);
}

function combine(...hearings: readonly (readonly [string, number])[]): FinalHypothesis[] {
  return [...combineHearings(hearings.map(([text, confidence]) => [heard(text, 0, confidence)]))];
}

/** Four words a second. */
function heard(text: string, start: number, confidence = 0.9): FinalHypothesis {
  const words = text.split(' ').map((word, index) => ({
    text: word,
    start: start + index / 4,
    end: start + (index + 1) / 4,
    confidence,
  }));
  return { sequence: 0, text, start, end: start + words.length / 4, confidence, words, language: 'en' };
}
