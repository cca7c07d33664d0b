/** Decides which tokens may come next. */
export interface TokenRules {
  /**
   * Sets the logits of tokens that may not follow `generated`, all tokens since the prompt, to -Infinity. The row is
   * `length` logits from `offset` on, one for each token of the vocabulary.
   */
  restrict(logits: Float32Array, offset: number, length: number, generated: readonly number[]): void;
}

/** Rules that always admit the first `count` tokens of the vocabulary and no others. */
export function firstTokensOnly(count: number): TokenRules {
  return {
    restrict(logits, offset, length) {
      logits.fill(-Infinity, offset + Math.min(count, length), offset + length);
    },
  };
}
