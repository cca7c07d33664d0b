import fc from 'fast-check';
import { expect, test } from 'vitest';
import { continueNumbers } from '../../src/records/continue-numbers.js';
import type { FinalRecord } from '../../src/records/record-content.js';

test('a voice keeps the number that it had live, in whatever order it is found later', () => {
  const live = [spoken([0, 0, 0, 1, 1])];
  expect(numbers(continueNumbers([spoken([1, 1, 1, 0, 0])], live))).toEqual([0, 0, 0, 1, 1]);
});

test('where both have most in common with one, whoever has more is that one, and the other the next', () => {
  const live = [spoken([0, 0, 0, 0, 0, 1])];
  expect(numbers(continueNumbers([spoken([3, 3, 3, 2, 2, 2])], live))).toEqual([0, 0, 0, 1, 1, 1]);
});

test('whoever was not told apart live has a number that nobody has', () => {
  const live = [spoken([0, 0, 0, 0, 0, 2])];
  expect(numbers(continueNumbers([spoken([1, 1, 1, 0, 0, 4])], live))).toEqual([0, 0, 0, 1, 1, 2]);
  expect(numbers(continueNumbers([spoken([1, 0])], [spoken([undefined, undefined])]))).toEqual([0, 1]);
});

test('words of nobody stay so, and a final has the speaker of most of its words', () => {
  const [text] = continueNumbers([{ ...spoken([0, 1, undefined, 1]), speaker: 1 }], [spoken([1, 0, 0, 0])]);
  expect(text).toMatchObject({ speaker: 0, words: [{ speaker: 1 }, { speaker: 0 }, {}, { speaker: 0 }] });
  expect(text?.words[2]).not.toHaveProperty('speaker');
  const [unknown] = continueNumbers([{ ...spoken([undefined]), speaker: 1 }], []);
  expect(unknown).not.toHaveProperty('speaker');
});

test('channels are compared one by one', () => {
  const live = [spoken([0, 0], 0), spoken([1, 1], 1)];
  const heard = [spoken([0, 0], 0), spoken([1, 1], 1)];
  expect(continueNumbers(heard, live).map((text) => text.speaker)).toEqual([0, 1]);
});

test('nothing but numbers changes, two voices never become one, and the same voices keep their numbers', () => {
  const speakers = fc.array(fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }), { maxLength: 30 });
  fc.assert(
    fc.property(speakers, speakers, (heard, live) => {
      const before = spoken(heard);
      const [after] = continueNumbers([before], [spoken(live)]);
      expect(after?.words.map(({ text, start }) => [text, start])).toEqual(
        before.words.map(({ text, start }) => [text, start]),
      );
      const pairs = new Set(
        before.words.map(({ speaker }, at) => [speaker, after?.words[at]?.speaker].join('/')),
      );
      expect(pairs.size).toBe(new Set(heard).size);
      expect(new Set(after?.words.map(({ speaker }) => speaker)).size).toBe(new Set(heard).size);
      expect(numbers(continueNumbers([spoken(live)], [spoken(live)]))).toEqual(live);
    }),
  );
});

/** A word each half second, by these speakers. */
function spoken(speakers: readonly (number | undefined)[], channel = 0): FinalRecord {
  return {
    channel,
    text: speakers.map((_, at) => `w${at}`).join(' '),
    start: 0,
    end: speakers.length / 2,
    confidence: 1,
    language: 'en',
    words: speakers.map((speaker, at) => ({
      text: `w${at}`,
      start: at / 2,
      end: (at + 1) / 2,
      confidence: 1,
      ...(speaker !== undefined && { speaker, speakerConfidence: 0.9 }),
    })),
  };
}

function numbers(texts: readonly FinalRecord[]): (number | undefined)[] {
  return texts.flatMap(({ words }) => words.map(({ speaker }) => speaker));
}
