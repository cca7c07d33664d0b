/** How a term is used. */
export interface Usage {
  /** Sources in which it is a complete name. */
  readonly sources: number;
  /** Concepts that have it in one of their names. */
  readonly concepts: number;
  /** Clinical texts in which it occurs. */
  readonly texts: number;
  /** How often it occurs in printed books. */
  readonly printed: number;
}

/**
 * How common a term is in clinics, from 0.1 to 1, with two decimals. Each kind of evidence counts by its
 * order of magnitude.
 */
export function weightOf({ sources, concepts, texts, printed }: Usage): number {
  const points =
    Math.min(sources, 4) +
    Math.min(Math.log2(1 + concepts) / 2, 3) +
    Math.min(Math.log2(1 + texts), 5) +
    Math.min(Math.max(Math.log10(printed + 1) - 4, 0), 2);
  return Math.round(100 * Math.min(Math.max(points / 11, 0.1), 1)) / 100;
}
