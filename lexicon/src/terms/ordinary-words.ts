import type { WordFrequencies } from '../sources/word-frequencies.js';

/** Whether any recognizer knows a word, so that expecting it would only do harm. */
export function isOrdinary(word: string, frequencies: WordFrequencies): boolean {
  return (frequencies.rank(word) ?? Infinity) <= ORDINARY_WORDS;
}

/** So many of the most frequent words of English count as ordinary. */
const ORDINARY_WORDS = 5000;
