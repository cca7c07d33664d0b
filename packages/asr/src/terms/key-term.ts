/** A word or phrase that is likely to be said, and how it is written. */
export interface KeyTerm {
  /** The term as it is to be written: `metoprolol`, `HbA1c`, `McMurray test`. */
  readonly text: string;
  /** How much more likely the term is to be said than others; 1 by default, see `keyTermLimits`. */
  readonly weight?: number;
  /** Other ways in which it may be heard, spelled in plain words: `h b a one c`. */
  readonly soundsLike?: readonly string[];
}

/** The limits of a list of key terms. */
export const keyTermLimits = {
  /** The most terms of one session. */
  terms: 5_000,
  /** The most characters of a text or of one way to say it. */
  characters: 100,
  words: 8,
  weight: { min: 0.1, max: 3 },
  soundsLike: 8,
} as const;

/** Terms that ship with this package: those of medicine in English, or none. */
export type Lexicon = 'medical' | 'none';
