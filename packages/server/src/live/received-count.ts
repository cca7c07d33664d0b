import { SAMPLE_RATE } from '@auscult/asr';
import type { ReceivedAudio } from './session-snapshot.js';

/**
 * Counts the audio that was taken as its client does: samples of each channel, bytes of containers, or packets of Opus. Knows how
 * much of it is within a given length of the audio that came of it.
 */
export interface ReceivedCount {
  /**
   * Samples are about to be taken, at a rate of so many a second; without one, at that of before. `seconds`: where a new stream
   * begins with them; undefined if they go on with the former ones.
   */
  readonly addSamples: (count: number, rate: number | undefined, seconds: number | undefined) => void;
  /** Bytes or packets were taken, and everything decoded of them ends at `seconds`. */
  readonly addEncoded: (count: number, seconds: number) => void;
  readonly total: () => number;
  /** How much at least of what was taken is within the first `seconds`, which never get less. */
  readonly within: (seconds: number) => number;
  /** Where the client goes on. */
  readonly place: () => ReceivedAudio;
}

/** A stretch of constant rate, or a place in what has to be decoded. */
interface Stretch {
  readonly count: number;
  /** Where it begins, samples at 16 kHz. */
  readonly sample: number;
  /** Undefined where it has to be decoded: only its beginning is known. */
  readonly rate: number | undefined;
  /** Where it ends, as the client counts; undefined if it goes on. */
  readonly end?: number;
}

/** Stretches that are remembered. If there are more, less than is there may be found within a length. */
const MOST_STRETCHES = 64;

/** Times are sums of samples, and so slightly inexact. */
const TOLERANCE = 1e-3;

/** Starts with nothing, at this sample rate, or with what was taken `before` in another process. */
export function createReceivedCount(initialRate: number, before?: ReceivedAudio): ReceivedCount {
  let stretches: readonly Stretch[] = [
    before
      ? { count: before.count, sample: samplesIn(before.seconds), rate: before.sampleRate }
      : { count: 0, sample: 0, rate: initialRate },
  ];
  let total = before?.count ?? 0;
  /** What was taken before the latest bytes or packets. */
  let decodedSample = 0;

  const current = (): Stretch => stretches.at(-1) ?? { count: 0, sample: 0, rate: initialRate };

  const begin = (stretch: Stretch): void => {
    const { count, sample, rate } = current();
    if (count === stretch.count && sample === stretch.sample && rate === stretch.rate) return;
    stretches = [...stretches.slice(0, -1), { ...current(), end: stretch.count }, stretch];
    if (stretches.length > MOST_STRETCHES) stretches = stretches.filter((_, index) => index !== 1);
  };

  return {
    addSamples: (count, rate = current().rate, seconds) => {
      if (seconds !== undefined) begin({ count: total, sample: samplesIn(seconds), rate });
      else if (rate !== current().rate) begin({ count: total, sample: endOf(current(), total), rate });
      total += count;
    },
    addEncoded: (count, seconds) => {
      const sample = samplesIn(seconds);
      // A decoder holds bytes back: those before the latest have been decoded for certain.
      if (sample > decodedSample) begin({ count: total, sample, rate: undefined });
      decodedSample = sample;
      total += count;
    },
    total: () => total,
    within: (seconds) => {
      const sample = samplesIn(seconds);
      const at = Math.max(
        0,
        stretches.findLastIndex((stretch) => stretch.sample <= sample),
      );
      stretches = stretches.slice(at);
      const { count, sample: from, rate, end = total } = stretches[0] ?? current();
      if (rate === undefined) return count;
      const there = count + Math.floor(((sample - from) * rate) / SAMPLE_RATE);
      return Math.max(0, Math.min(there, end));
    },
    place: () => {
      const { count, sample, rate } = current();
      return { count, seconds: sample / SAMPLE_RATE, sampleRate: rate };
    },
  };
}

function samplesIn(seconds: number): number {
  return Math.floor(seconds * SAMPLE_RATE + TOLERANCE);
}

/** A resampler that is flushed gives as many samples. */
function endOf({ count, sample, rate }: Stretch, total: number): number {
  return sample + Math.ceil(((total - count) * SAMPLE_RATE) / (rate ?? SAMPLE_RATE));
}
