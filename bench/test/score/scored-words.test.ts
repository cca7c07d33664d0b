import type { Word } from '@auscult/asr';
import { describe, expect, it } from 'vitest';
import { scoreWords } from '../../src/score/scored-words.js';

/** Words that are less sure the later they come. */
function wordsIn(text: string): Word[] {
  return text.split(' ').map((word, index) => ({
    text: word,
    start: index,
    end: index + 1,
    confidence: 1 - index / 10,
  }));
}

describe('scoreWords', () => {
  it('separates words that were said from those that were not', () => {
    const scored = scoreWords(wordsIn('Started metaprial today, um, twice'), 'started metoprolol today');
    expect(scored.map(({ right }) => right)).toEqual([true, false, true, false]);
    expect(scored.map(({ confidence }) => confidence)).toEqual([1, 0.9, 0.8, 0.6]);
  });

  it('aligns a wrong word with the word that was said', () => {
    const [, drug] = scoreWords(wordsIn('Started metaprial today'), 'started metoprolol today');
    expect(drug).toMatchObject({ heardAt: [1], saidAt: [1], right: false });
  });

  it('scores the words of a number together', () => {
    const right = scoreWords(wordsIn('give twenty five milligrams'), 'give 25 milligrams');
    expect(right.map(({ right, isNumber }) => [right, isNumber])).toEqual([
      [true, false],
      [true, true],
      [true, true],
      [true, false],
    ]);
    const wrong = scoreWords(wordsIn('give twenty five milligrams'), 'give 20 milligrams');
    expect(wrong.map(({ right }) => right)).toEqual([true, false, false, true]);
  });

  it('gives nothing where no word was heard', () => {
    expect(scoreWords([], 'said')).toEqual([]);
  });
});
