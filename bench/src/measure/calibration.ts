/** A claim with its confidence, and whether it held. */
export interface Judged {
  /** 0 to 1. */
  readonly confidence: number;
  readonly right: boolean;
}

/** How well confidences are calibrated. */
export interface Calibration {
  readonly count: number;
  /** Share of claims that held. */
  readonly accuracy: number;
  readonly meanConfidence: number;
  /** Expected calibration error, 0 to 1, over 10 and over 15 bins of equal width. */
  readonly ece10: number;
  readonly ece15: number;
  /** Ten bins of equal width, except empty ones. */
  readonly bins: readonly Bin[];
}

/** Claims of similar confidence. */
interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
}

/** Compares confidences with the truth; undefined if there are none. */
export function calibrationOf(judged: readonly Judged[]): Calibration | undefined {
  if (judged.length === 0) return undefined;
  const [whole] = binsOf(judged, 1);
  if (whole === undefined) return undefined;
  return {
    count: judged.length,
    accuracy: whole.accuracy,
    meanConfidence: whole.meanConfidence,
    ece10: expectedError(judged, 10),
    ece15: expectedError(judged, 15),
    bins: binsOf(judged, 10),
  };
}

/** Mean distance between confidence and accuracy, over bins, weighted by their claims (Naeini et al. 2015). */
export function expectedError(judged: readonly Judged[], bins: number): number {
  return binsOf(judged, bins).reduce(
    (sum, { count, accuracy, meanConfidence }) =>
      sum + (count / judged.length) * Math.abs(accuracy - meanConfidence),
    0,
  );
}

function binsOf(judged: readonly Judged[], bins: number): Bin[] {
  const groups = Array.from({ length: bins }, (): Judged[] => []);
  for (const one of judged) groups[Math.min(bins - 1, Math.floor(one.confidence * bins))]?.push(one);
  return groups.flatMap((group, index) => {
    const count = group.length;
    if (count === 0) return [];
    const meanConfidence = group.reduce((sum, { confidence }) => sum + confidence, 0) / count;
    const accuracy = group.filter(({ right }) => right).length / count;
    return [{ from: index / bins, to: (index + 1) / bins, count, meanConfidence, accuracy }];
  });
}
