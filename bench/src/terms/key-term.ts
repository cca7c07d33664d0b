/** A word or words that a session is told to expect, as the protocol's `configure` takes them. */
export interface KeyTerm {
  /** As it is to be spelled. */
  readonly text: string;
  /** How strongly it is preferred; 1 where absent. */
  readonly weight?: number;
  /** Other ways to spell what is heard. */
  readonly soundsLike?: readonly string[];
}

/** The part of `LiveOptions` that tells a session its key terms. */
export function keyTermOptions(keyTerms: readonly KeyTerm[]): { readonly keyTerms?: readonly KeyTerm[] } {
  return keyTerms.length === 0 ? {} : { keyTerms };
}

/** Key terms of equal weight. */
export function keyTermsOf(texts: Iterable<string>): KeyTerm[] {
  return Array.from(texts, (text) => ({ text }));
}
