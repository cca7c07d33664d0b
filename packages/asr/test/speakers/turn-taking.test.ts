import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weighTurns } from '../../src/speakers/turn-taking.js';

const word = (text: string, at: number) => ({ text, start: at, end: at + 0.3 });

const COSTS: Readonly<Record<string, readonly [stay: number, change: number]>> = {
  'so,': [0, 0.3],
  'so.': [0, 0],
  'so?': [0.1, 0],
};

const utterances = fc.integer({ min: 2, max: 3 }).chain((speakers) =>
  fc.array(
    fc.record({
      text: fc.constantFrom(...Object.keys(COSTS)),
      scores: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
        minLength: speakers,
        maxLength: speakers,
      }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
);

test('gives each word and speaker the best of all ways to share out the words', () => {
  fc.assert(
    fc.property(utterances, (words) => {
      const weighed = weighTurns(
        words.map(({ text }, at) => word(text, at)),
        words.map(({ scores }) => Float64Array.from(scores)),
      );
      const speakers = words[0]?.scores.length ?? 0;
      const ways = allWays(words.length, speakers).map((way) => ({ way, worth: worthOf(way, words) }));
      for (const [at, own] of weighed.entries()) {
        for (const [speaker, score] of own.entries()) {
          const best = Math.max(...ways.filter(({ way }) => way[at] === speaker).map(({ worth }) => worth));
          expect(score).toBeCloseTo(best, 9);
        }
      }
    }),
  );
});

test('takes an answer after a question for another speaker where the voice does not tell', () => {
  const scores = [0.8, 0.8, 0.42].map((own) => Float64Array.of(own, 0.4));
  const words = ['Any', 'fever?', 'No.'].map(word);
  expect(weighTurns(words, scores).map(([one = 0, other = 0]) => one > other)).toEqual([true, true, false]);
});

test('takes a word within a sentence for the same speaker where the voice hardly tells', () => {
  const scores = [0.8, 0.35, 0.8].map((own) => Float64Array.of(own, 0.4));
  const words = ['like', 'you', 'need'].map(word);
  expect(weighTurns(words, scores).map(([one = 0, other = 0]) => one > other)).toEqual([true, true, true]);
});

function allWays(words: number, speakers: number): number[][] {
  if (words === 0) return [[]];
  return allWays(words - 1, speakers).flatMap((way) =>
    Array.from({ length: speakers }, (_, speaker) => [...way, speaker]),
  );
}

function worthOf(
  way: readonly number[],
  words: readonly { readonly text: string; readonly scores: readonly number[] }[],
): number {
  return way.reduce((sum, speaker, at) => {
    const [stay = 0, change = 0] = at === 0 ? [] : (COSTS[words[at - 1]?.text ?? ''] ?? []);
    const cost = at === 0 ? 0 : way[at - 1] === speaker ? stay : change;
    return sum + (words[at]?.scores[speaker] ?? 0) - cost;
  }, 0);
}
