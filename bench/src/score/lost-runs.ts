import type { AlignedWords } from './word-errors.js';

/** Places where several words in a row were said and none of them was heard. */
export interface LostRuns {
  readonly runs: number;
  /** Words in them. */
  readonly words: number;
}

/** So many words in a row are as a rule a whole clause: the most dangerous kind of error. */
export const SHORTEST_LOST_RUN = 4;

/** Counts the runs of lost words in the alignment of a text. */
export function countLostRuns(pairs: readonly AlignedWords[]): LostRuns {
  const lengths = pairs
    .map(({ hypothesis }) => (hypothesis === undefined ? 'x' : ' '))
    .join('')
    .split(' ')
    .map(({ length }) => length)
    .filter((length) => length >= SHORTEST_LOST_RUN);
  return { runs: lengths.length, words: lengths.reduce((sum, length) => sum + length, 0) };
}
