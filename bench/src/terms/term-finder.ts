import { comparableWords } from '../score/comparable-text.js';

/** A term whose words all occur in a text, next to each other. */
export interface FoundTerm {
  /** Normalised. */
  readonly term: string;
  /** Place of its first word among the text's normalised words. */
  readonly at: number;
  readonly words: number;
}

/** Prepares a search for whole terms; text and terms are normalised as for scores. */
export function createTermFinder(terms: readonly string[]): (text: string) => FoundTerm[] {
  const normalised = new Set(terms.map((term) => comparableWords(term).join(' ')));
  normalised.delete('');
  const lengths = [...new Set(Array.from(normalised, (term) => term.split(' ').length))];
  return (text) => {
    const words = comparableWords(text);
    return words.flatMap((_, at) =>
      lengths
        .filter((length) => at + length <= words.length)
        .map((length) => ({ term: words.slice(at, at + length).join(' '), at, words: length }))
        .filter(({ term }) => normalised.has(term)),
    );
  };
}
