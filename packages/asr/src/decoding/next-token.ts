/** A token and the natural logarithm of its probability. */
export interface ScoredToken {
  readonly token: number;
  readonly logProbability: number;
}

/** A token with the encoder frame that the decoder listened to most for it. */
export interface HeardToken extends ScoredToken {
  readonly frame: number;
}

/**
 * The likeliest of the first `candidates` tokens in one row of logits that starts at `offset`.
 * Tokens from `candidates` on count neither as a choice nor in the probability.
 */
export function likeliestToken(logits: Float32Array, offset: number, candidates: number): ScoredToken {
  let token = 0;
  let best = -Infinity;
  for (let i = 0; i < candidates; i++) {
    const logit = logits[offset + i] as number;
    if (logit > best) {
      best = logit;
      token = i;
    }
  }
  let sum = 0;
  for (let i = 0; i < candidates; i++) {
    const difference = (logits[offset + i] as number) - best;
    // All terms left out together are below 32,000 · e^-16 = 0.4 %: too little to show in a confidence.
    if (difference > -16) sum += Math.exp(difference);
  }
  return { token, logProbability: -Math.log(sum) };
}

/** The place of the largest of `length` values from `offset` on. */
export function loudestFrame(attention: Float32Array, offset: number, length: number): number {
  let loudest = 0;
  for (let i = 1; i < length; i++) {
    if ((attention[offset + i] as number) > (attention[offset + loudest] as number)) loudest = i;
  }
  return loudest;
}
