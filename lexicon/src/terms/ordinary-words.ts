import type { WordFrequencies } from '../sources/word-frequencies.js';

/**
 * Whether a word is one of the `atMost` most frequent English words. Every recognizer knows these; telling it to expect
 * them only does harm.
 */
export function isOrdinary(word: string, frequencies: WordFrequencies, atMost: number): boolean {
  return (frequencies.rank(word) ?? Infinity) <= atMost;
}

/** Names of drugs are left out only if they are also everyday words: `today`, `equal`. */
export const EVERYDAY_WORDS = 5_000;

/** Other terms are left out if every reader knows them: `heart`, `fracture`. */
export const FAMILIAR_WORDS = 10_000;
