import { expect, test } from 'vitest';
import type { FinalHypothesis } from '../../src/live/live-transcription.js';
import { audioAfter, continueAfter } from '../../src/live/heard-before.js';

test('what is heard from the beginning stays as it is', () => {
  const { audioFrom, continued } = continueAfter([], 20);
  expect(audioFrom).toBe(0);
  expect(continued(final(0, 'one two', 1, 3))).toEqual(final(0, 'one two', 1, 3));
});

test('the end of what was heard is heard again from the beginning of an utterance, and left out', () => {
  const heard = [final(0, 'long ago', 0, 5), final(1, 'some time ago', 16, 22), final(2, 'just now', 23, 30)];
  const { audioFrom, continued } = continueAfter(heard, 20);
  expect(audioFrom).toBe(15);
  expect(continued(final(0, 'some time ago', 1, 7))).toBeUndefined();
  expect(continued(final(1, 'just now', 8, 15))).toBeUndefined();
  expect(continued(final(2, 'at last', 16, 17))).toMatchObject({
    sequence: 3,
    text: 'at last',
    start: 31,
    end: 32,
    words: [
      { text: 'at', start: 31 },
      { text: 'last', end: 32 },
    ],
  });
});

test('of an utterance that begins in what was heard, only the words behind that count', () => {
  const { continued } = continueAfter([final(0, 'one', 0, 1)], 0);
  const { audioFrom } = continueAfter([final(0, 'one', 0, 1)], 0);
  expect(audioFrom).toBe(1);
  expect(
    continueAfter([final(0, 'one two', 0, 2)], 20).continued(final(0, 'one two-three, four', 0, 4)),
  ).toMatchObject({
    sequence: 1,
    text: 'four',
    start: 2.667,
    end: 4,
  });
  expect(continued(final(0, 'two', 0, 1))).toMatchObject({ sequence: 1, text: 'two', start: 1, end: 2 });
});

test('audio is left out up to a place within a chunk', async () => {
  const chunks = [Float32Array.of(1, 2), Float32Array.of(3, 4, 5), Float32Array.of(6)];
  const rest: number[] = [];
  for await (const chunk of audioAfter(each(chunks), 3 / 16_000)) rest.push(...chunk);
  expect(rest).toEqual([4, 5, 6]);
});

async function* each(chunks: readonly Float32Array[]): AsyncGenerator<Float32Array> {
  await Promise.resolve();
  yield* chunks;
}

/** A final whose words are equally long. */
function final(sequence: number, text: string, start: number, end: number): FinalHypothesis {
  const said = text.split(' ');
  const at = (index: number): number => Number((start + (index * (end - start)) / said.length).toFixed(3));
  const words = said.map((word, index) => ({
    text: word,
    start: at(index),
    end: at(index + 1),
    confidence: 0.9,
  }));
  return { sequence, text, start, end, confidence: 0.9, words, language: 'en', reason: 'silence' };
}
