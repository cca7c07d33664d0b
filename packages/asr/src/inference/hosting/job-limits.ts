import type { JobLimits } from '../../families/model-family.js';
import type { RecognitionJob } from '../messages/recognition-job.js';

/** The part of a job that a model cannot take; undefined if it can take all of it. */
export function impossiblePart(
  { audio, prefix, draft }: Pick<RecognitionJob, 'audio' | 'prefix' | 'draft'>,
  { textTokens, maxTokens, leastSamples }: JobLimits,
): 'audio' | 'prefix' | 'draft' | undefined {
  const samples = audio.silenceAhead + Math.floor((audio.to - audio.from) / audio.speed);
  if (samples < leastSamples || samples > MOST_SAMPLES) return 'audio';
  const isText = (token: number) => token < textTokens;
  if (prefix.length > maxTokens - PROMPT_TOKENS || !prefix.every(isText)) return 'prefix';
  return draft.every(isText) ? undefined : 'draft';
}

/** The longest window, 30 s, and a quarter more for slow hearings and silence; 16 kHz. Time grows with the square of it. */
const MOST_SAMPLES = 37.5 * 16_000;

/** Room for what precedes a prefix, and for some text after it. */
const PROMPT_TOKENS = 16;
