/** A word or words that a session is told to expect, as the protocol's `configure` takes them. */
export interface KeyTerm {
  /** How to spell it. */
  readonly text: string;
  /** How strongly it is preferred; 1 if absent. */
  readonly weight?: number;
  /** Other spellings of how it sounds. */
  readonly soundsLike?: readonly string[];
}

/** The part of `LiveOptions` that gives a session its key terms. */
export function keyTermOptions(keyTerms: readonly KeyTerm[]): { readonly keyTerms?: readonly KeyTerm[] } {
  return keyTerms.length === 0 ? {} : { keyTerms };
}

/** Key terms of equal weight. */
export function keyTermsOf(texts: Iterable<string>): KeyTerm[] {
  return Array.from(texts, (text) => ({ text }));
}
