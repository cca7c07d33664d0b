import { readFile } from 'node:fs/promises';
import { lowerBound } from '../terms/lower-bound.js';

/** The words of English books that have four or more letters. */
export interface EnglishWords {
  /** Takes a word in lower case. */
  has(word: string): boolean;
}

/** Reads the words that ship with this package. */
export async function loadEnglishWords(): Promise<EnglishWords> {
  const text = await readFile(new URL('../../lexicon/english-words.txt', import.meta.url), 'utf8');
  return createEnglishWords(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
}

/**
 * Makes a set of words. It holds a number for each, since 80,000 strings would add several milliseconds to every
 * garbage collection. One in 50,000 unknown words happens to have the number of a known one.
 */
export function createEnglishWords(words: readonly string[]): EnglishWords {
  const numbers = Uint32Array.from(words, numberOf).sort();
  return {
    has(word) {
      const number = numberOf(word);
      return numbers[lowerBound(number, numbers)] === number;
    },
  };
}

/** FNV-1a with 32 bits (Fowler, Noll and Vo, http://www.isthe.com/chongo/tech/comp/fnv/). */
function numberOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
