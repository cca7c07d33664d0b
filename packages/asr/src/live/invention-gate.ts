import { meanLogProbability } from '../decoding/search.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';

/** What is known of an utterance besides its text. */
export interface UtteranceEvidence {
  /** Seconds in frames that held a voice. */
  readonly voicedSeconds: number;
  /** The highest probability of speech, 0 to 1. */
  readonly peak: number;
}

/** Whether a sound is too short or too faint to be worth decoding. */
export function isTooFaint({ voicedSeconds, peak }: UtteranceEvidence): boolean {
  return voicedSeconds < LEAST.voicedSeconds || peak < LEAST.peak;
}

/**
 * Whether the words are more likely invented than spoken: a model made for speech finds words in any sound, but is
 * unsure of them. The less voice there was, the surer it must be; clear speech always passes.
 */
export function isInvented(result: RecognitionResult, evidence: UtteranceEvidence): boolean {
  if (result.tokens.length === 0) return true;
  const mean = Math.max(meanLogProbability(result), result.surenessBeforeTerms ?? -Infinity);
  if (evidence.voicedSeconds >= CLEAR.voicedSeconds && evidence.peak >= CLEAR.peak) return mean < LEAST.clear;
  return mean < LEAST.doubtful;
}

/**
 * Whether a result is worth a second hearing: the decoder looped, did not come to an end, or gave up after a few
 * tokens though somebody spoke on.
 */
export function isDoubtful(result: RecognitionResult, evidence: UtteranceEvidence): boolean {
  return result.stopped !== 'end' || isTooShort(result, evidence);
}

function isTooShort({ tokens }: RecognitionResult, { voicedSeconds }: UtteranceEvidence): boolean {
  return voicedSeconds >= SLOWEST.voicedSeconds && tokens.length < voicedSeconds * SLOWEST.tokensPerSecond;
}

/** Whether it is certainly speech, in which words may be looked for although the decoder found none. */
export function isSpeech({ voicedSeconds, peak }: UtteranceEvidence): boolean {
  return voicedSeconds >= SLOWEST.voicedSeconds && peak >= CLEAR.peak;
}

/** Whether words that were looked for, since there must be some, were heard rather than found for want of better. */
export function isSurelyHeard(result: RecognitionResult): boolean {
  return meanLogProbability(result) >= LEAST.sought;
}

/**
 * The better of two results for a doubtful utterance: first of all one that came to its end, then the one that heard
 * more. The second, which may have been forced to find words, must be sure of them.
 */
export function likelier(
  first: RecognitionResult,
  second: RecognitionResult | undefined,
  evidence: UtteranceEvidence,
): RecognitionResult {
  if (!second || (isSpeech(evidence) && !isSurelyHeard(second))) return first;
  const isFuller = second.tokens.length > first.tokens.length;
  if (second.stopped !== 'end') return first.stopped === 'end' && isFuller ? second : first;
  // A result that was cut lacks all that was said after the loop.
  if (first.stopped !== 'end' && !isTooShort(second, evidence)) return second;
  return isFuller ? second : first;
}

/** Tuned on noise and speech together by bench `noise` and `accuracy`. */
const LEAST = { voicedSeconds: 0.096, peak: 0.6, clear: -1.6, doubtful: -0.8, sought: -0.6 } as const;

/** Anything slower is hardly speech: even single words between pauses have two tokens a voiced second. */
const SLOWEST = { voicedSeconds: 1.5, tokensPerSecond: 1 } as const;

/** So much voice is speech, and not a chance likeness in noise. */
const CLEAR = { voicedSeconds: 0.6, peak: 0.9 } as const;
