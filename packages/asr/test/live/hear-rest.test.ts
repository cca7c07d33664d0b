import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moonshineTokens, moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { hearRest } from '../../src/live/hear-rest.js';
import type { RecognitionResult } from '../../src/inference/messages/recognition-job.js';
import { spellWords } from '../../src/text/words.js';

test('speech behind a loop is heard again from the middle of the loop, and its text is appended', async () => {
  const loop = result('no, no,', { stopped: 'repetition', lostIn: { from: 1, to: 4 } });
  const { heard, places } = await hear(loop, [result('the dose is ten')]);
  expect(places).toEqual([2.5]);
  expect(heard.stopped).toBe('end');
  expect(spell(heard)).toBe('no, no, the dose is ten');
  expect(heard.heardAt).toHaveLength(heard.tokens.length);
  expect(heard.logProbabilities).toHaveLength(heard.tokens.length);
});

test('a text cut for its length is continued from its last word, which may be incomplete', async () => {
  const long = result('the pulse was reg', { stopped: 'length' });
  const { heard, places } = await hear(long, [result('regular and slow')]);
  expect(spell(heard)).toBe('the pulse was regular and slow');
  expect(places).toEqual([long.heardAt.at(-1)]);
});

test('terms and alternatives stay with their tokens when the rest is appended', async () => {
  const at = (firstToken: number) => ({ firstToken, tokens: 1 });
  const loop = result('no, no,', {
    stopped: 'repetition',
    terms: [{ ...at(0), text: 'No' }],
    alternatives: [{ ...at(2), text: 'know', odds: -1 }],
  });
  const rest = result('take aspirin', {
    terms: [{ ...at(1), text: 'Aspirin' }],
    alternatives: [{ ...at(0), text: 'make', odds: -2 }],
  });
  const { heard } = await hear(loop, [rest]);
  const { length } = loop.tokens;
  expect(heard.terms.map(({ firstToken }) => firstToken)).toEqual([0, length + 1]);
  expect(heard.alternatives.map(({ firstToken }) => firstToken)).toEqual([2, length]);
});

test('a result stays as it is where the rest cannot be heard', async () => {
  const loop = result('no, no,', { stopped: 'repetition' });
  expect((await hear(loop, [])).heard).toEqual(loop);
});

test('nothing is heard again of a result that came to its end', async () => {
  const { heard, places } = await hear(result('the dose is ten'), [result('never')]);
  expect(spell(heard)).toBe('the dose is ten');
  expect(places).toEqual([]);
});

test('each further hearing begins later within the utterance, and all words stand in order', async () => {
  const lost = fc.record({
    stopped: fc.constantFrom('repetition', 'length'),
    from: fc.double({ min: -1, max: 25, noNaN: true }),
    to: fc.double({ min: -1, max: 25, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(lost, { minLength: 1, maxLength: 12 }), async (losses) => {
      const results = losses.map(({ stopped, from, to }, index) =>
        result(`${NAMES[index] ?? ''} ${NAMES[index] ?? ''}`, { stopped, lostIn: { from, to } }),
      );
      const [first = result(''), ...others] = results;
      const { heard, places } = await hear(first, others);
      expect(places.length).toBeLessThanOrEqual(4);
      for (const [index, place] of places.entries()) {
        expect(place).toBeLessThanOrEqual(END - 0.5);
        expect(place).toBeGreaterThanOrEqual((places[index - 1] ?? -Infinity) + 0.5);
      }
      const words = [...new Set(spell(heard).split(' '))];
      expect(words).toEqual(NAMES.slice(0, Math.min(results.length, places.length + 1)));
    }),
  );
});

const END = 20;

const NAMES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'red', 'blue'];

/** Hears the rest of a result as `others`, one after another; `places`: where each began. */
async function hear(first: RecognitionResult, others: readonly RecognitionResult[]) {
  const places: number[] = [];
  const heard = await hearRest(first, {
    end: END,
    textOf: moonshineTokenText,
    hear(from) {
      const next = others[places.length];
      if (next) places.push(from);
      return Promise.resolve(next);
    },
  });
  return { heard, places };
}

function result(text: string, changes: Partial<RecognitionResult> = {}): RecognitionResult {
  const tokens = moonshineTokens(text);
  return {
    tokens,
    logProbabilities: tokens.map(() => -0.1),
    heardAt: tokens.map((_, index) => index / 4),
    endLogProbability: -0.1,
    stopped: 'end',
    terms: [],
    alternatives: [],
    ...changes,
  };
}

function spell({ tokens, logProbabilities }: RecognitionResult): string {
  return spellWords(tokens, logProbabilities, moonshineTokenText)
    .map(({ text }) => text)
    .join(' ');
}
