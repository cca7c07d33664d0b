import llamaTokenizer from 'llama-tokenizer-js';
import type { TokenText } from '../../text/token-text.js';

/** The text of one token of the Llama vocabulary: a piece whose spaces are written ▁, or a single byte, `<0x41>`. */
export function moonshineTokenText(token: number): TokenText {
  const piece = llamaTokenizer.vocabById[token] ?? '';
  if (token < FIRST_TEXT_TOKEN) return { bytes: new Uint8Array(0), beginsWord: false };
  const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
  if (byte !== undefined) return { bytes: Uint8Array.of(Number.parseInt(byte, 16)), beginsWord: false };
  return { bytes: encoder.encode(piece.replaceAll('▁', ' ')), beginsWord: piece.startsWith('▁') };
}

/** The tokens of a text that follows a space. */
export function moonshineTokens(text: string): readonly number[] {
  return llamaTokenizer.encode(text, false, true);
}

/** The tokens for unknown, start and end come before the text tokens. */
const FIRST_TEXT_TOKEN = 3;

const encoder = new TextEncoder();
