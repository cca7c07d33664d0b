/** A token and the natural logarithm of its probability. */
export interface ScoredToken {
  readonly token: number;
  readonly logProbability: number;
}

/** The likeliest token of a row of logits; -Infinity marks tokens that may not come. */
export function likeliestToken(logits: Float32Array): ScoredToken {
  let token = 0;
  let best = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit > best) {
      best = logit;
      token = i;
    }
  }
  return { token, logProbability: best - logSum(logits, best) };
}

/** The `count` likeliest tokens, the likeliest first; fewer where fewer may come. */
export function likeliestTokens(logits: Float32Array, count: number): ScoredToken[] {
  const best: { token: number; logit: number }[] = [];
  let least = -Infinity;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] as number;
    if (logit <= least) continue;
    const place = best.findIndex((other) => other.logit < logit);
    best.splice(place < 0 ? best.length : place, 0, { token, logit });
    if (best.length > count) best.pop();
    if (best.length === count) least = best.at(-1)?.logit ?? least;
  }
  const sum = logSum(logits, best[0]?.logit ?? 0);
  return best.map(({ token, logit }) => ({ token, logProbability: logit - sum }));
}

/**
 * A token drawn at a temperature: the higher it is, the likelier are unlikely tokens. `random`: 0 ≤ random < 1. The
 * probability returned is that at temperature 1.
 */
export function drawnToken(logits: Float32Array, temperature: number, random: number): ScoredToken {
  let best = -Infinity;
  for (const logit of logits) best = Math.max(best, logit);
  let total = 0;
  for (const logit of logits) total += Math.exp((logit - best) / temperature);
  let left = random * total;
  let token = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp(((logits[i] as number) - best) / temperature);
    if (weight === 0) continue;
    token = i;
    left -= weight;
    if (left < 0) break;
  }
  return { token, logProbability: (logits[token] as number) - logSum(logits, best) };
}

/** The logarithm of the sum of all exponentials, `best` being the highest. */
function logSum(logits: Float32Array, best: number): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const below = best - (logits[i] as number);
    // Also skipped if all tokens are forbidden.
    if (!(below < FARTHEST_BELOW)) continue;
    const steps = below * STEPS;
    const step = steps | 0;
    const exponential = EXPONENTIALS[step] as number;
    sum += exponential + (steps - step) * ((EXPONENTIALS[step + 1] as number) - exponential);
  }
  return best + Math.log(sum);
}

/**
 * Logits farther below the best are left out of the sum. Together they are less than 52,000 · e^-16 = 0.6 % of it, too
 * little to show in a confidence.
 */
const FARTHEST_BELOW = 16;

/**
 * Between this many exponentials per unit, values are interpolated linearly, with an error of 3 in 100,000 at most:
 * `Math.exp` for each of the thousands of tokens that count would take longer than some layers of the decoder.
 */
const STEPS = 64;
const EXPONENTIALS = Float64Array.from({ length: FARTHEST_BELOW * STEPS + 2 }, (_, step) =>
  Math.exp(-step / STEPS),
);

/** The place of the largest of `length` values from `offset` on. */
export function mostAttendedFrame(attention: Float32Array, offset: number, length: number): number {
  let loudest = 0;
  for (let i = 1; i < length; i++) {
    if ((attention[offset + i] as number) > (attention[offset + loudest] as number)) loudest = i;
  }
  return loudest;
}

/** The natural logarithm of a token's probability. */
export function logProbabilityOf(token: number, logits: Float32Array): number {
  let best = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit > best) best = logit;
  }
  return (logits[token] ?? -Infinity) - logSum(logits, best);
}
