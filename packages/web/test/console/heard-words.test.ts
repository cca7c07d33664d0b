import { expect, test } from 'vitest';
import { heardWords, neighbourStart, wordAt } from '../../src/console/records/heard-words.js';
import type { Final } from '../../src/console/records/sessions-api.js';

const words = heardWords([final(0, ['one', 'two'], 2), final(1, ['other'], 0), final(0, ['three'], 6)], 0);

test('the word that is being said is the last one that had begun', () => {
  expect(wordAt(words, 1.9)).toBeUndefined();
  expect(wordAt(words, 2)).toMatchObject({ final: 0, word: 0 });
  expect(wordAt(words, 3.5)).toMatchObject({ final: 0, word: 1 });
  // Between two finals nobody speaks: the last word stays marked.
  expect(wordAt(words, 5)).toMatchObject({ final: 0, word: 1 });
  expect(wordAt(words, 60)).toMatchObject({ final: 2, word: 0 });
});

test('steps lead from word to word, and not beyond the ends', () => {
  expect(neighbourStart(words, 0, 1)).toBe(2);
  expect(neighbourStart(words, 2.5, 1)).toBe(3);
  expect(neighbourStart(words, 3.5, 1)).toBe(6);
  expect(neighbourStart(words, 6, 1)).toBe(6);
  expect(neighbourStart(words, 3, -1)).toBe(2);
  expect(neighbourStart(words, 2, -1)).toBe(2);
  expect(neighbourStart([], 2, 1)).toBe(0);
});

/** Words of a second each. */
function final(channel: number, texts: readonly string[], start: number): Final {
  const said = texts.map((text, index) => ({
    ...{ text, confidence: 1 },
    ...{ start: start + index, end: start + index + 1 },
  }));
  const about = { channel, writtenAt: '2026-01-01T00:00:00.000Z', words: said };
  const text = texts.join(' ');
  return { place: 0, versions: [{ version: 1, text, start, end: start + texts.length, ...about }] };
}
