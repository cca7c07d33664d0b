import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moonshineTokens, moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import type { RecognitionResult } from '../../src/inference/messages/recognition-job.js';
import { voteOnResults } from '../../src/live/vote-on-results.js';
import { joinWords, spellWords } from '../../src/text/words.js';

test('of words that differ, the surer one is taken, with its tokens and its time', () => {
  const first = heard([
    ['any', 0.9],
    ['best', 0.3],
    ['pain', 0.9],
  ]);
  const second = heard(
    [
      ['any', 0.8],
      ['chest', 0.7],
      ['pain', 0.8],
    ],
    0.05,
  );
  const voted = voteOnResults(first, [second], spell);
  expect(textOf(voted)).toBe('any chest pain');
  const place = first.tokens.findIndex((token, index) => token !== second.tokens[index]);
  expect(voted.heardAt[place]).toBe(second.heardAt[place]);
});

test('a hearing that the others do not change is kept as it is', () => {
  const first = heard([
    ['any', 0.9],
    ['pain', 0.9],
  ]);
  expect(
    voteOnResults(
      first,
      [
        heard([
          ['any', 0.5],
          ['plain', 0.4],
        ]),
      ],
      spell,
    ),
  ).toBe(first);
});

test('a term stays only where all of its words were taken from the hearing that has it', () => {
  const term = (firstToken: number, tokens: number) => ({ firstToken, tokens, text: 'Metoprolol' });
  const words = [
    ['take', 0.9],
    ['metoprolol', 0.9],
    ['daily', 0.9],
  ] as const;
  const span = term(moonshineTokens('take').length, moonshineTokens('metoprolol').length);
  const first = { ...heard([['I', 0.9], ...words]), terms: [{ ...span, firstToken: span.firstToken + 1 }] };
  const longer = heard([['so', 0.9], ['I', 0.9], ...words]);
  const shifted = voteOnResults(first, [longer], spell);
  expect(textOf(shifted)).toBe('so I take metoprolol daily');
  expect(shifted.terms).toEqual([{ ...span, firstToken: span.firstToken + 2 }]);
  const replaced = voteOnResults(
    {
      ...heard([
        ['take', 0.9],
        ['metoprolol', 0.2],
        ['daily', 0.9],
      ]),
      terms: [span],
    },
    [
      heard([
        ['take', 0.9],
        ['metformin', 0.9],
        ['daily', 0.9],
      ]),
    ],
    spell,
  );
  expect(textOf(replaced)).toBe('take metformin daily');
  expect(replaced.terms).toEqual([]);
});

test('no number results that no hearing heard', () => {
  const number = fc.constantFrom(
    'five',
    'fifteen',
    'twenty',
    'fifty',
    'hundred',
    'point',
    'two',
    '10',
    '2.5',
  );
  const other = fc.constantFrom('of', 'point', 'and', 'take', 'pain', 'a', 'milligrams');
  const word = fc.tuple(fc.oneof(number, other), fc.double({ min: 0.05, max: 0.99, noNaN: true }));
  const hearing = fc.array(word, { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(hearing, hearing, (one, other) => {
      const voted = textOf(voteOnResults(heard(one), [heard(other)], spell));
      const heardRuns = [one, other].flatMap((words) => numberRuns(words.map(([text]) => text)));
      for (const run of numberRuns(voted.split(' '))) expect(heardRuns).toContain(run);
    }),
    { numRuns: 1000 },
  );
});

/** Runs of number words as they stand, read without any rule for what they mean. */
function numberRuns(words: readonly string[]): string[] {
  return words
    .map((word) => (/^(five|fifteen|twenty|fifty|hundred|two|10|2\.5)$/u.test(word) ? word : '|'))
    .join(' ')
    .split('|')
    .map((run) => run.trim())
    .filter((run) => run !== '');
}

function spell({ tokens, logProbabilities }: RecognitionResult) {
  return spellWords(tokens, logProbabilities, moonshineTokenText);
}

function textOf(result: RecognitionResult): string {
  return joinWords(spell(result));
}

function heard(words: readonly (readonly [string, number])[], later = 0): RecognitionResult {
  const pieces = words.map(([text, confidence]) => ({ tokens: moonshineTokens(text), confidence }));
  const tokens = pieces.flatMap((piece) => piece.tokens);
  return {
    tokens,
    logProbabilities: pieces.flatMap((piece) => piece.tokens.map(() => Math.log(piece.confidence))),
    heardAt: tokens.map((_, index) => index / 10 + later),
    endLogProbability: -0.1,
    stopped: 'end',
    terms: [],
    alternatives: [],
  };
}
