import type { TokenRules } from '../../decoding/token-rules.js';
import type { WhisperTokenizer } from './whisper-tokenizer.js';

/** Where kinds of tokens lie in a vocabulary, and which are not wanted. */
export type TokenLayout = Pick<WhisperTokenizer, 'endOfText' | 'suppressed' | 'suppressedAtBegin'>;

/**
 * The rules that Whisper is decoded by where no timestamps are wanted (`decoding.py` of
 * https://github.com/openai/whisper). Special tokens and timestamps are never chosen, nor is a suppressed one, nor the
 * end or a mere space at first.
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
  // A list may be that of a larger vocabulary, and a row may follow.
  for (const token of tokens) if (token < length) logits[offset + token] = -Infinity;
}
