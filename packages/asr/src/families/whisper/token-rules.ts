import type { TokenRules } from '../../decoding/token-rules.js';
import type { WhisperTokenizer } from './whisper-tokenizer.js';

/** Where the kinds of tokens are in a vocabulary, and which tokens are never chosen. */
export type TokenLayout = Pick<WhisperTokenizer, 'endOfText' | 'suppressed' | 'suppressedAtBegin'>;

/**
 * The rules for decoding Whisper without timestamps (`decoding.py` of https://github.com/openai/whisper). Special
 * tokens and timestamps are never chosen, nor are suppressed ones, and neither the end nor a mere space comes first.
 */
export function createTokenRules({ endOfText, suppressed, suppressedAtBegin }: TokenLayout): TokenRules {
  return {
    restrict(logits, offset, length, generated) {
      logits.fill(-Infinity, offset + endOfText + 1, offset + length);
      forbidEach(logits, offset, length, suppressed);
      if (generated.length === 0) forbidEach(logits, offset, length, suppressedAtBegin);
    },
  };
}

function forbidEach(logits: Float32Array, offset: number, length: number, tokens: readonly number[]): void {
  // The list may belong to a larger vocabulary, and after the end of this row comes the next one.
  for (const token of tokens) if (token < length) logits[offset + token] = -Infinity;
}
