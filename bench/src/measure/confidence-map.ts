import type { Judged } from './calibration.js';

/**
 * Turns the confidence of a model into a calibrated one. `temperature` divides the log-odds; `logistic` also
 * shifts them (Platt 1999); `isotonic` joins points by straight lines, and is flat beyond the outer ones
 * (Zadrozny and Elkan 2002).
 */
export type ConfidenceMap =
  | { readonly kind: 'temperature'; readonly temperature: number }
  | { readonly kind: 'logistic'; readonly slope: number; readonly shift: number }
  | { readonly kind: 'isotonic'; readonly points: readonly (readonly [from: number, to: number])[] };

/** All kinds, simplest first. */
export const MAP_KINDS = [
  'temperature',
  'logistic',
  'isotonic',
] as const satisfies readonly ConfidenceMap['kind'][];

/** Applies a map to a confidence. */
export function mapConfidence(map: ConfidenceMap, confidence: number): number {
  switch (map.kind) {
    case 'temperature':
      return probability(logOdds(confidence) / map.temperature);
    case 'logistic':
      return probability(map.slope * logOdds(confidence) + map.shift);
    case 'isotonic':
      return interpolate(map.points, confidence);
  }
}

/** Fits a map to claims whose truth is known. */
export function fitConfidenceMap(kind: ConfidenceMap['kind'], judged: readonly Judged[]): ConfidenceMap {
  switch (kind) {
    case 'temperature':
      return { kind, temperature: 1 / fitLogistic(judged, false).slope };
    case 'logistic':
      return { kind, ...fitLogistic(judged, true) };
    case 'isotonic':
      return { kind, points: fitIsotonic(judged) };
  }
}

/**
 * Claims with confidences from maps that were fitted without them.
 *
 * @param groups claims that belong together, such as those of one recording; a fit includes all of a group or
 * none
 */
export function crossValidate<Claim extends Judged>(
  kind: ConfidenceMap['kind'],
  groups: readonly (readonly Claim[])[],
  folds: number,
): Claim[] {
  const inFold = (fold: number) => (_: unknown, index: number) => index % folds === fold;
  return Array.from({ length: folds }, (_, fold) => {
    const kept = groups.filter(inFold(fold)).flat();
    const others = groups.filter((group, index) => !inFold(fold)(group, index)).flat();
    if (kept.length === 0 || others.length === 0) return kept;
    const map = fitConfidenceMap(kind, others);
    return kept.map((claim) => ({ ...claim, confidence: mapConfidence(map, claim.confidence) }));
  }).flat();
}

/** Keeps log-odds finite: the highest confidence of a word. */
const CERTAIN = 1e-4;

function logOdds(confidence: number): number {
  const within = Math.min(1 - CERTAIN, Math.max(CERTAIN, confidence));
  return Math.log(within / (1 - within));
}

function probability(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

const NEWTON_STEPS = 30;

/** A slight pull towards the identity, in claims, which keeps the fit finite if all were right. */
const PRIOR = 1;

/** The likeliest slope and shift, by Newton's method. */
function fitLogistic(
  judged: readonly Judged[],
  withShift: boolean,
): { readonly slope: number; readonly shift: number } {
  const claims = judged.map(({ confidence, right }) => ({ x: logOdds(confidence), y: right ? 1 : 0 }));
  let slope = 1;
  let shift = 0;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [gradSlope, gradShift, slopes, mixed, shifts] = [
      PRIOR * (1 - slope),
      -PRIOR * shift,
      PRIOR,
      0,
      PRIOR,
    ];
    for (const { x, y } of claims) {
      const p = probability(slope * x + shift);
      const weight = p * (1 - p);
      gradSlope += (y - p) * x;
      gradShift += y - p;
      slopes += weight * x * x;
      mixed += weight * x;
      shifts += weight;
    }
    if (!withShift) {
      slope += gradSlope / slopes;
      continue;
    }
    const determinant = slopes * shifts - mixed * mixed;
    slope += (shifts * gradSlope - mixed * gradShift) / determinant;
    shift += (slopes * gradShift - mixed * gradSlope) / determinant;
  }
  return { slope, shift };
}

/**
 * Number of groups in which claims are gathered before neighbours are joined, which keeps the map small and
 * smooth.
 */
const MOST_POINTS = 40;

/** Pools neighbours whose values would decrease (pool adjacent violators). */
function fitIsotonic(judged: readonly Judged[]): (readonly [number, number])[] {
  const sorted = [...judged].sort((a, b) => a.confidence - b.confidence);
  const size = Math.max(1, Math.ceil(sorted.length / MOST_POINTS));
  const pools: { count: number; confidence: number; right: number }[] = [];
  for (let start = 0; start < sorted.length; start += size) {
    const group = sorted.slice(start, start + size);
    pools.push({
      count: group.length,
      confidence: group.reduce((sum, { confidence }) => sum + confidence, 0),
      right: group.filter(({ right }) => right).length,
    });
    for (;;) {
      const [before, last] = pools.slice(-2);
      if (before === undefined || last === undefined) break;
      if (before.right / before.count < last.right / last.count) break;
      pools.splice(-2, 2, {
        count: before.count + last.count,
        confidence: before.confidence + last.confidence,
        right: before.right + last.right,
      });
    }
  }
  return pools.map(({ count, confidence, right }) => [confidence / count, right / count]);
}

function interpolate(points: readonly (readonly [number, number])[], confidence: number): number {
  const next = points.findIndex(([from]) => from >= confidence);
  const above = points[next];
  const below = next === -1 ? points.at(-1) : points[next - 1];
  if (above === undefined || below === undefined) return (above ?? below)?.[1] ?? confidence;
  const share = (confidence - below[0]) / (above[0] - below[0]);
  return below[1] + share * (above[1] - below[1]);
}
