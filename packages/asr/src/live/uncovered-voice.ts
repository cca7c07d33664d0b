import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { VOICE_THRESHOLD } from '../segment/segmenter.js';
import { VAD_FRAME_SAMPLES } from '../vad/hear-frames.js';
import { risingTimes } from './word-times.js';

/** An utterance, and where in it somebody spoke. */
export interface VoicedUtterance {
  /** In samples of the stream. */
  readonly start: number;
  readonly end: number;
  /** The probabilities of speech of its frames, from its start. */
  readonly probabilities: readonly number[];
}

/** Voice between two tokens of a hypothesis. */
export interface UncoveredVoice {
  /** Where the token before was heard, or the utterance began, seconds of the stream. */
  readonly from: number;
  /** Where the token behind was heard, or the utterance ended. */
  readonly to: number;
  /** The number of the token behind. */
  readonly token: number;
}

/**
 * Where somebody spoke for longer than any word lasts, and the hypothesis has nothing: as a rule a clause is missing
 * there.
 */
export function uncoveredVoice(
  utterance: VoicedUtterance,
  { heardAt }: Pick<RecognitionResult, 'heardAt'>,
): UncoveredVoice[] {
  const [start, end] = [utterance.start / SAMPLE_RATE, utterance.end / SAMPLE_RATE];
  const places = [start, ...risingTimes(heardAt).map((time) => Math.min(end, Math.max(start, time))), end];
  return places.slice(1).flatMap((to, token) => {
    const from = places[token] ?? start;
    return to - from >= LEAST_SECONDS && voicedSeconds(utterance, from, to) >= LEAST_SECONDS
      ? { from, to, token }
      : [];
  });
}

/**
 * Slowly spoken words with a filler between them, which is often left out, come close to this; the clauses that vanished
 * from interviews left 2.7 to 3 s (bench `accuracy --kind medical`).
 */
const LEAST_SECONDS = 1.9;

function voicedSeconds({ start, probabilities }: VoicedUtterance, from: number, to: number): number {
  const frameAt = (seconds: number) => Math.round((seconds * SAMPLE_RATE - start) / VAD_FRAME_SAMPLES);
  const voiced = probabilities
    .slice(Math.max(0, frameAt(from)), frameAt(to))
    .filter((one) => one >= VOICE_THRESHOLD.goOn);
  return (voiced.length * VAD_FRAME_SAMPLES) / SAMPLE_RATE;
}
