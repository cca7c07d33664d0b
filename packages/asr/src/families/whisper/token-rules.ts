import type { TokenRules } from '../../decoding/token-rules.js';
import type { WhisperTokenizer } from './whisper-tokenizer.js';

/** Where kinds of tokens lie in a vocabulary, and which are not wanted. */
export type TokenLayout = Pick<
  WhisperTokenizer,
  'endOfText' | 'timestampBegin' | 'maxInitialTimestamp' | 'suppressed' | 'suppressedAtBegin'
>;

/**
 * The rules that Whisper is decoded by (`decoding.py` of https://github.com/openai/whisper). Special tokens are never
 * chosen, nor is a suppressed one, nor the end or a mere space at first. With timestamps the text stands between
 * them: the first comes at the start and soon, they come in pairs between segments, none lies before an earlier one,
 * no segment is empty, and one is chosen where all together are likelier than any other token. Without, none is
 * chosen.
 */
export function createTokenRules(layout: TokenLayout, options: { readonly timestamps: boolean }): TokenRules {
  const { endOfText, timestampBegin, suppressed, suppressedAtBegin } = layout;
  return {
    restrict(logits, offset, length, generated) {
      const end = offset + length;
      const timestamps = offset + timestampBegin;
      logits.fill(-Infinity, offset + endOfText + 1, timestamps);
      forbidEach(logits, offset, length, suppressed);
      if (generated.length === 0) forbidEach(logits, offset, length, suppressedAtBegin);
      if (!options.timestamps) {
        logits.fill(-Infinity, timestamps, end);
        return;
      }
      restrictTimestamps(layout, generated, logits, offset, length);
      if (timestampsPrevail(logits, offset, timestamps, end)) logits.fill(-Infinity, offset, timestamps);
    },
  };
}

function forbidEach(logits: Float32Array, offset: number, length: number, tokens: readonly number[]): void {
  // A list may be that of a larger vocabulary, and a row may follow.
  for (const token of tokens) if (token < length) logits[offset + token] = -Infinity;
}

function restrictTimestamps(
  { endOfText, timestampBegin, maxInitialTimestamp }: TokenLayout,
  generated: readonly number[],
  logits: Float32Array,
  offset: number,
  length: number,
): void {
  const end = offset + length;
  const timestamps = offset + timestampBegin;
  if (generated.length === 0) {
    logits.fill(-Infinity, offset, timestamps);
    logits.fill(-Infinity, Math.min(end, timestamps + maxInitialTimestamp + 1), end);
    return;
  }
  const lastIsTimestamp = (generated.at(-1) ?? 0) >= timestampBegin;
  const opensSegment = lastIsTimestamp && (generated.at(-2) ?? timestampBegin) >= timestampBegin;
  const closesSegment = lastIsTimestamp && !opensSegment;
  if (opensSegment) logits.fill(-Infinity, timestamps, end);
  if (closesSegment) logits.fill(-Infinity, offset, offset + endOfText);
  // The next segment may begin where the last one ended, and may not end where it began.
  const earliest = latestTimestamp(generated, timestampBegin) + (closesSegment ? 0 : 1);
  logits.fill(-Infinity, timestamps, Math.min(end, Math.max(timestamps, offset + earliest)));
}

/** The last timestamp of all, or the token before the first if there is none. */
function latestTimestamp(generated: readonly number[], timestampBegin: number): number {
  for (let at = generated.length - 1; at >= 0; at--) {
    const token = generated[at] ?? 0;
    if (token >= timestampBegin) return token;
  }
  return timestampBegin - 1;
}

/** Whether the summed probability of the tokens from `timestamps` to `end` is above that of each before them. */
function timestampsPrevail(logits: Float32Array, offset: number, timestamps: number, end: number): boolean {
  const highestTimestamp = highest(logits, timestamps, end);
  if (highestTimestamp === -Infinity) return false;
  let sum = 0;
  for (let at = timestamps; at < end; at++) sum += Math.exp((logits[at] as number) - highestTimestamp);
  return highestTimestamp + Math.log(sum) > highest(logits, offset, timestamps);
}

function highest(logits: Float32Array, from: number, to: number): number {
  let value = -Infinity;
  for (let at = from; at < to; at++) value = Math.max(value, logits[at] as number);
  return value;
}
