import type { TokenText } from './token-text.js';

/** A word as the decoder spelled it. */
export interface SpelledWord {
  readonly text: string;
  /** Whether there is a space between it and the word before. */
  readonly spaceBefore: boolean;
  /** The lowest probability among its tokens, 0 to 1. */
  readonly confidence: number;
  /** The number of its first token. */
  readonly firstToken: number;
  /** How many tokens it takes. */
  readonly tokens: number;
}

/**
 * Where words begin: at spaces; at spaces and hyphens, which stay with the word that follows; or, in languages that are
 * written without spaces, at every token that begins with a whole character, since finding words there would take a
 * dictionary.
 */
export type WordBreaks = 'spaces' | 'hyphens' | 'characters';

/**
 * Joins tokens into words. Bytes that are no UTF-8 become U+FFFD. A token without text, such as a timestamp, lies
 * between words and belongs to none.
 */
export function spellWords(
  tokens: readonly number[],
  logProbabilities: readonly number[],
  textOf: (token: number) => TokenText,
  breaks: WordBreaks = 'spaces',
): SpelledWord[] {
  const words: SpelledWord[] = [];
  let pieces: Uint8Array[] = [];
  let spaceBefore = false;
  const close = (end: number) => {
    const spelled = utf8.decode(Buffer.concat(pieces));
    const text = spelled.trim();
    // A token that is only a space belongs to the word that follows.
    spaceBefore ||= /^\s/u.test(spelled);
    if (text !== '') {
      const firstToken = end - pieces.length;
      const confidence = Math.exp(Math.min(...logProbabilities.slice(firstToken, end)));
      words.push({ text, spaceBefore, confidence, firstToken, tokens: pieces.length });
      spaceBefore = false;
    }
    pieces = [];
  };
  tokens.forEach((token, index) => {
    const text = textOf(token);
    if (text.bytes.length === 0 || isWordStart(text, breaks)) close(index);
    if (text.bytes.length > 0) pieces.push(text.bytes);
  });
  close(tokens.length);
  return words;
}

/** A word without case and punctuation, which change with the words around it. */
export function bareWord(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}']/gu, '');
}

/** The text of successive words, with spaces where the decoder wrote them. */
export function joinWords(words: readonly Pick<SpelledWord, 'text' | 'spaceBefore'>[]): string {
  return words.map(({ text, spaceBefore }, index) => (spaceBefore && index > 0 ? ` ${text}` : text)).join('');
}

function isWordStart({ bytes, beginsWord }: TokenText, breaks: WordBreaks): boolean {
  if (breaks === 'characters') return !isContinuation(bytes[0] ?? 0);
  return beginsWord || (breaks === 'hyphens' && bytes[0] === HYPHEN);
}

/** Whether a byte of UTF-8 continues the character before it. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

const HYPHEN = 0x2d;

const utf8 = new TextDecoder('utf-8');
