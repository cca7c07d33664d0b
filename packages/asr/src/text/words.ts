import type { TokenText } from '../families/moonshine/moonshine-text.js';

/** A word as the decoder spelt it. */
export interface SpelledWord {
  readonly text: string;
  /** The lowest probability among its tokens, 0 to 1. */
  readonly confidence: number;
  /** The number of its first token. */
  readonly firstToken: number;
  /** How many tokens it takes. */
  readonly tokens: number;
}

/** Joins tokens into words at the spaces that they begin with. Bytes that are no UTF-8 become U+FFFD. */
export function spellWords(
  tokens: readonly number[],
  logProbabilities: readonly number[],
  textOf: (token: number) => TokenText,
): SpelledWord[] {
  const words: SpelledWord[] = [];
  let first = 0;
  const close = (end: number) => {
    const pieces = tokens.slice(first, end).map((token) => textOf(token).bytes);
    const text = utf8.decode(Buffer.concat(pieces)).trim();
    if (text !== '') {
      const confidence = Math.exp(Math.min(...logProbabilities.slice(first, end)));
      words.push({ text, confidence, firstToken: first, tokens: end - first });
    }
    first = end;
  };
  tokens.forEach((token, index) => {
    if (index > first && textOf(token).beginsWord) close(index);
  });
  if (tokens.length > 0) close(tokens.length);
  return words;
}

const utf8 = new TextDecoder('utf-8');
