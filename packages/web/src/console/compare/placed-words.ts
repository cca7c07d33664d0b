import type { Word } from '@auscult/client';

/** A word, and what stands before it in its text. */
export interface PlacedWord {
  readonly before: string;
  readonly word: Word;
  readonly index: number;
}

/** A text as its words, with everything that is between them. */
export interface PlacedText {
  readonly words: readonly PlacedWord[];
  /** What comes after the last word. */
  readonly rest: string;
}

/** Finds the words of a text in it. If one is not there, the text is given as it is, without words: it alone counts. */
export function placeWords(text: string, words: readonly Word[]): PlacedText {
  const placed: PlacedWord[] = [];
  let at = 0;
  for (const [index, word] of words.entries()) {
    const from = text.indexOf(word.text, at);
    if (from < 0 || text.slice(at, from).trim() !== '') return { words: [], rest: text };
    placed.push({ before: text.slice(at, from), word, index });
    at = from + word.text.length;
  }
  return { words: placed, rest: text.slice(at) };
}
