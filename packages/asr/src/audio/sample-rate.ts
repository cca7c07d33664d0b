import { SpeechError } from '../speech-error.js';

/** Samples a second of all audio after the resampler: voice activity and models are trained at this rate. */
export const SAMPLE_RATE = 16_000;

/** What a live stream may send, samples a second: telephone to studio. */
const STREAM_SAMPLE_RATES = { min: 8_000, max: 48_000 } as const;

/** Throws `sample_rate_out_of_range` unless a live stream may send audio at `rate` samples a second. */
export function requireStreamSampleRate(rate: number): void {
  const { min, max } = STREAM_SAMPLE_RATES;
  if (Number.isInteger(rate) && rate >= min && rate <= max) return;
  throw new SpeechError(
    'sample_rate_out_of_range',
    `A sample rate of ${rate} Hz is not accepted.`,
    `Send audio at a whole number of samples a second from ${min} to ${max}.`,
  );
}
