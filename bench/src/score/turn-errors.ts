import { comparableWords } from './comparable-text.js';
import { alignWords, sumErrors, type WordErrors } from './word-errors.js';

/** Errors where one speaker ends and the next begins. */
export interface TurnErrors extends WordErrors {
  readonly changes: number;
}

/** The last words before a change of speaker and the first behind it that count as words at the change. */
const WORDS_AT_CHANGE = 3;

/**
 * Counts the errors at changes of speaker: those in the last and first words of neighbouring turns, and whatever was heard
 * between these words.
 *
 * @param turns what each speaker said, in order
 * @param heard words in the form in which they are scored
 */
export function countTurnErrors(turns: readonly string[], heard: readonly string[]): TurnErrors {
  const spoken = turns.map(comparableWords).filter((words) => words.length > 0);
  const reference = spoken.flat();
  const atChange = wordsAtChanges(spoken.map(({ length }) => length));
  let place = 0;
  const pairs = alignWords(reference, heard).filter((pair) => {
    place = pair.reference ?? place;
    return atChange.has(place);
  });
  return { changes: Math.max(0, spoken.length - 1), ...sumErrors(pairs, reference, heard) };
}

/** The places of the words at changes, given the lengths of the turns. */
function wordsAtChanges(lengths: readonly number[]): ReadonlySet<number> {
  const places = new Set<number>();
  let start = 0;
  for (const [index, length] of lengths.entries()) {
    for (let word = 0; word < length; word++) {
      const isFirst = index > 0 && word < WORDS_AT_CHANGE;
      const isLast = index < lengths.length - 1 && word >= length - WORDS_AT_CHANGE;
      if (isFirst || isLast) places.add(start + word);
    }
    start += length;
  }
  return places;
}
