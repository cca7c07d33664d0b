import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moonshineTokens, moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import type { RecognitionResult } from '../../src/inference/messages/recognition-job.js';
import { insertWords } from '../../src/live/insert-words.js';
import { joinWords, spellWords } from '../../src/text/words.js';

test('words go where they were said, with their times, and terms keep their words', () => {
  const whole = heard(['I tried to quit,', 'and now I take metformin'], 0);
  const term = {
    firstToken: tokensOf('I tried to quit, and now I take').length,
    tokens: 2,
    text: 'Metformin',
  };
  const added = heard(['so it is down a little'], 5);
  const token = tokensOf('I tried to quit,').length;
  const joined = insertWords({ ...whole, terms: [term] }, token, added, moonshineTokenText);
  expect(textOf(joined)).toBe('I tried to quit, so it is down a little and now I take metformin');
  expect(joined?.heardAt.slice(token, token + added.tokens.length)).toEqual(added.heardAt);
  expect(joined?.terms).toEqual([{ ...term, firstToken: term.firstToken + added.tokens.length }]);
});

test('nothing is put into a word, and nothing that is there already', () => {
  const whole = heard(['it makes the breathlessness go away'], 0);
  const inside = tokensOf('it makes the').length + 1;
  expect(insertWords(whole, inside, heard(['much better'], 5), moonshineTokenText)).toBeUndefined();
  const end = whole.tokens.length;
  expect(insertWords(whole, end, heard(['Breathlessness go away.'], 5), moonshineTokenText)).toBeUndefined();
});

test('no number and no negation is changed, whatever is put where', () => {
  const number = fc.constantFrom(
    'five',
    'twenty',
    'hundred',
    'thousand',
    'point',
    'half',
    '10',
    '2.5',
    'and a',
  );
  const other = fc.constantFrom('not', 'no', 'without', 'pain', 'milligrams', 'of', 'to', 'daily', 'minus');
  const words = fc.array(fc.oneof(number, other), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(words, words, words, (before, middle, behind) => {
      const whole = heard([before.join(' '), behind.join(' ')], 0);
      const token = tokensOf(before.join(' ')).length;
      const joined = insertWords(whole, token, heard([middle.join(' ')], 5), moonshineTokenText);
      if (joined === undefined) return;
      const all = [...before, ...middle, ...behind].join(' ');
      expect(textOf(joined)).toBe(all);
      // Read by its own rule: a number word of one part is never next to one of another.
      expect(SAYS.test(before.at(-1) ?? '') && SAYS.test(middle[0] ?? '')).toBe(false);
      expect(SAYS.test(middle.at(-1) ?? '') && SAYS.test(behind[0] ?? '')).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

/** Words by which a number beside them may be read as another. */
const SAYS = /^(five|twenty|hundred|thousand|half|10|2\.5)$/u;

function tokensOf(text: string): readonly number[] {
  return moonshineTokens(text);
}

function textOf(result: RecognitionResult | undefined): string | undefined {
  return result && joinWords(spellWords(result.tokens, result.logProbabilities, moonshineTokenText));
}

function heard(parts: readonly string[], from: number): RecognitionResult {
  const tokens = parts.flatMap(tokensOf);
  return {
    tokens,
    logProbabilities: tokens.map(() => -0.1),
    heardAt: tokens.map((_, index) => from + index / 10),
    endLogProbability: -0.1,
    stopped: 'end',
    terms: [],
    alternatives: [],
  };
}
