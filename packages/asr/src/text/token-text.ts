/** What a token of the decoder stands for. */
export interface TokenText {
  /** UTF-8, of which a token may hold a part of a character. None for tokens that stand for no text. */
  readonly bytes: Uint8Array;
  /** Whether a word begins here, in a language that is written with spaces. */
  readonly beginsWord: boolean;
}
