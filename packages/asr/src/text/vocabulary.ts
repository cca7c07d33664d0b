import type { TokenText } from './token-text.js';

/** Writes the text of every token, so that it can be read where the files of the model are not. */
export function writeVocabulary(textOf: (token: number) => TokenText): Uint8Array {
  const tokens = Array.from({ length: MOST_TOKENS }, (_, token) => textOf(token));
  const last = tokens.findLastIndex(({ bytes }) => bytes.length > 0);
  return Buffer.concat(
    tokens
      .slice(0, last + 1)
      .flatMap(({ bytes, beginsWord }) => [Uint8Array.of(beginsWord ? 1 : 0, lengthOf(bytes)), bytes]),
  );
}

/** Reads what `writeVocabulary` wrote. Throws a `RangeError` for anything else. */
export function readVocabulary(written: Uint8Array): Vocabulary {
  const tokens: TokenText[] = [];
  let at = 0;
  while (at < written.length) {
    const length = written[at + 1];
    const end = at + 2 + (length ?? Infinity);
    if (end > written.length || tokens.length === MOST_TOKENS) throw new RangeError('no vocabulary');
    tokens.push({ bytes: written.slice(at + 2, end), beginsWord: written[at] === 1 });
    at = end;
  }
  return { count: tokens.length, textOf: (token) => tokens[token] ?? NO_TEXT };
}

/** The texts of the tokens of a model. */
export interface Vocabulary {
  readonly count: number;
  readonly textOf: (token: number) => TokenText;
}

/** More than any model has. */
const MOST_TOKENS = 2 ** 17;

const NO_TEXT: TokenText = { bytes: new Uint8Array(0), beginsWord: false };

function lengthOf({ length }: Uint8Array): number {
  if (length > 255) throw new RangeError('the text of a token is too long');
  return length;
}
