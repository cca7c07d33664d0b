/** What is sent, and what every position and duration in samples is counted in. */
export const SAMPLE_RATE = 16_000;

/** A place in the audio, in samples of each channel, as seconds with three decimals. */
export function secondsOf(samples: number): number {
  return Math.round((samples * 1000) / SAMPLE_RATE) / 1000;
}

/** Seconds with three decimals. */
export function roundedSeconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** The sample nearest to a moment. */
export function samplesOf(seconds: number): number {
  return Math.round(seconds * SAMPLE_RATE);
}
