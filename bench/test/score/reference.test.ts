import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { comparableText } from '../../src/score/comparable-text.js';
import { normaliseEnglish, wordsOf } from '../../src/score/normalise-english.js';
import { countWordErrors, wordErrorRate } from '../../src/score/word-errors.js';

interface Reference {
  readonly normalised: readonly (readonly [text: string, normal: string])[];
  readonly scored: readonly (readonly [text: string, scored: string])[];
  readonly edits: readonly (readonly [string, string, number, number, number])[];
}

// Written by make-reference.py beside it.
const reference = JSON.parse(readFileSync(new URL('reference.json', import.meta.url), 'utf8')) as Reference;

describe('normaliseEnglish', () => {
  it('gives the text of the Python reference for every sentence', () => {
    expect(reference.normalised.length).toBeGreaterThan(1000);
    const ours = reference.normalised.map(([text]) => [text, normaliseEnglish(text)]);
    expect(ours).toEqual(reference.normalised);
  });
});

describe('comparableText', () => {
  it('gives the text of the Python reference for every sentence', () => {
    expect(reference.scored.length).toBeGreaterThan(300);
    const ours = reference.scored.map(([text]) => [text, comparableText(text)]);
    expect(ours).toEqual(reference.scored);
  });
});

describe('countWordErrors', () => {
  it('counts the same edits as jiwer', () => {
    const ours = reference.edits.map(([said, heard]) => {
      const { substitutions, deletions, insertions } = countWordErrors(wordsOf(said), wordsOf(heard));
      return [said, heard, substitutions, deletions, insertions];
    });
    expect(ours).toEqual(reference.edits);
  });

  it('counts every word as deleted or inserted where one side is empty', () => {
    expect(countWordErrors(['a', 'b'], [])).toEqual({
      words: 2,
      substitutions: 0,
      deletions: 2,
      insertions: 0,
    });
    expect(countWordErrors([], ['a'])).toEqual({ words: 0, substitutions: 0, deletions: 0, insertions: 1 });
    expect(wordErrorRate(countWordErrors(['a'], ['b', 'c', 'a', 'd']))).toBe(3);
  });
});
