import { readFile } from 'node:fs/promises';
import { lowerBound } from '../terms/lower-bound.js';

/** The words of English books that have four or more letters. */
export interface EnglishWords {
  /** Takes a word in lower case. */
  has(word: string): boolean;
}

/** Reads the words that ship with this package. */
export async function loadEnglishWords(): Promise<EnglishWords> {
  return createEnglishWords(parseEnglishWords(await readEnglishWords()));
}

/** Reads the text with the words that ship with this package. */
export function readEnglishWords(): Promise<string> {
  return readFile(new URL('../../lexicon/english-words.txt', import.meta.url), 'utf8');
}

/** Reads words, one a line. A line that begins with `#` is a comment. */
export function parseEnglishWords(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * Makes a set of words. It holds a number for each, since 80,000 strings would add several milliseconds to every
 * garbage collection. One in 50,000 unknown words happens to have the number of a known one.
 */
export function createEnglishWords(words: readonly string[]): EnglishWords {
  return englishWordsOf(numbersOfWords(words));
}

/** The numbers of words, in ascending order. */
export function numbersOfWords(words: readonly string[]): Uint32Array {
  return Uint32Array.from(words, numberOf).sort();
}

/** The set of words with these numbers. */
export function englishWordsOf(numbers: Uint32Array): EnglishWords {
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
