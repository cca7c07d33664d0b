import { adjoins, type Token } from './token.js';

/** A written word, and how many spoken tokens it stands for. */
export interface WrittenPiece {
  readonly text: string;
  readonly length: number;
  /** Punctuation after it; that of the last token if left out. */
  readonly after?: string;
}

/** The result of a rule for successive tokens: written words, or the words as they were spoken. */
export type Rewriting =
  | { readonly is: 'written'; readonly pieces: readonly WrittenPiece[] }
  | { readonly is: 'kept'; readonly length: number };

/** Rewrites the tokens from `at` on; undefined if the rule does not apply to them. */
export type Rule = (tokens: readonly Token[], at: number) => Rewriting | undefined;

/** A rewriting into one written word. */
export function writeAs(text: string, length: number): Rewriting {
  return { is: 'written', pieces: [{ text, length }] };
}

/** A rewriting into several. */
export function writePieces(...pieces: readonly WrittenPiece[]): Rewriting {
  return { is: 'written', pieces };
}

/** Keeps tokens as they were spoken, so that no other rule rewrites them. */
export function keep(length: number): Rewriting {
  return { is: 'kept', length };
}

/** The token after `length` tokens from `at`, in lower case, unless there is punctuation between. */
export function wordBehind(tokens: readonly Token[], at: number, length: number): string | undefined {
  return adjoins(tokens[at + length - 1], tokens[at + length]) ? tokens[at + length]?.lower : undefined;
}

/** The token `steps` before `at`, in lower case, unless there is punctuation between. */
export function wordBefore(tokens: readonly Token[], at: number, steps = 1): string | undefined {
  for (let step = 0; step < steps; step++) {
    if (!adjoins(tokens[at - step - 1], tokens[at - step])) return undefined;
  }
  return tokens[at - steps]?.lower;
}

/** Words in lower case before `at` in the same phrase, the nearest first. */
export function wordsBefore(tokens: readonly Token[], at: number, most: number): string[] {
  const words: string[] = [];
  for (let step = 1; step <= most; step++) {
    const word = wordBefore(tokens, at, step);
    if (word === undefined) break;
    words.push(word);
  }
  return words;
}

/** Words in lower case from `at` on, in the phrase that continues after the token before `at`. */
export function wordsFrom(tokens: readonly Token[], at: number, most: number): string[] {
  const words: string[] = [];
  for (let index = at; index < at + most; index++) {
    const token = tokens[index];
    if (token === undefined || !adjoins(tokens[index - 1], token)) break;
    words.push(token.lower);
  }
  return words;
}

/** Whether the tokens from `at` on are these words, with only spaces between them. */
export function says(tokens: readonly Token[], at: number, ...words: readonly string[]): boolean {
  return words.every(
    (word, index) =>
      tokens[at + index]?.lower === word &&
      (index === 0 || adjoins(tokens[at + index - 1], tokens[at + index])),
  );
}
