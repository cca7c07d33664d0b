/** The text of a token of the decoder. */
export interface TokenText {
  /** In UTF-8; a token may hold only a part of a character. Empty for tokens that stand for no text. */
  readonly bytes: Uint8Array;
  /** Whether a word begins here, in a language that is written with spaces. */
  readonly beginsWord: boolean;
}
