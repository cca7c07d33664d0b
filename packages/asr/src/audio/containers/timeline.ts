import { SAMPLE_RATE } from '../sample-rate.js';
import type { DecodedBlock } from './container.js';

/** A decoded block, and when it is to be heard. */
export interface TimedBlock {
  /** Seconds. */
  readonly seconds: number;
  readonly channels: readonly Float32Array[];
}

/**
 * Puts blocks of one rate where their times say, with silence before a late start and in gaps. Nothing is ever dropped: a block
 * that overlaps goes after what came before. Returns whether a clock jumped by more than
 * `longestGapSeconds`.
 */
export async function* placeInTime(
  blocks: AsyncIterable<TimedBlock>,
  { sampleRate = SAMPLE_RATE, longestGapSeconds = LONGEST_GAP_SECONDS } = {},
): AsyncGenerator<DecodedBlock, { readonly hasJumped: boolean }> {
  /** Samples that have been given out. */
  let emitted = 0;
  /** What is subtracted from the times, seconds. */
  let shift = 0;
  let hasJumped = false;
  for await (const { seconds, channels } of blocks) {
    const samples = channels[0]?.length ?? 0;
    const gap = measureGap(seconds - shift - emitted / sampleRate, longestGapSeconds);
    // A recording that was joined late may begin at any time; only later is a jump of the clock a flaw.
    hasJumped ||= gap.hasJumped && emitted > 0;
    shift += gap.skippedSeconds;
    const silent = Math.round(gap.silentSeconds * sampleRate);
    yield* silence(silent, channels.length, sampleRate);
    emitted += silent;
    yield { channels, sampleRate };
    emitted += samples;
  }
  return { hasJumped };
}

/** What to do about the time between the end of one block and the beginning of the next. */
export interface Gap {
  /** Silence to put between them, seconds. */
  readonly silentSeconds: number;
  /** What to subtract from all later times, since the clock has changed, seconds; negative if it was set back. */
  readonly skippedSeconds: number;
  /** Whether the clock went forward by more than any pause lasts. */
  readonly hasJumped: boolean;
}

/** Judges a gap of `seconds`, which is negative if the next block overlaps the one before. */
export function measureGap(seconds: number, longestSeconds = LONGEST_GAP_SECONDS): Gap {
  if (seconds > longestSeconds) return { silentSeconds: 0, skippedSeconds: seconds, hasJumped: true };
  if (seconds < -LONGEST_OVERLAP_SECONDS)
    return { silentSeconds: 0, skippedSeconds: seconds, hasJumped: false };
  return { silentSeconds: seconds > SHORTEST_GAP_SECONDS ? seconds : 0, skippedSeconds: 0, hasJumped: false };
}

/** Silence, a second at a time. */
function* silence(samples: number, channels: number, sampleRate: number): Generator<DecodedBlock, void> {
  for (let left = samples; left > 0; left -= sampleRate) {
    const length = Math.min(left, sampleRate);
    yield {
      channels: Array.from({ length: channels }, () => new Float32Array(length)),
      sampleRate,
    };
  }
}

/**
 * The longest gap; a clock that goes forward by more is wrong. Nobody pauses a recorder for longer and calls it the same
 * recording, and hours of silence would be transcribed for nothing.
 */
export const LONGEST_GAP_SECONDS = 3_600;

/** Shorter gaps are not filled: times are rounded, and clocks of recorders waver. */
const SHORTEST_GAP_SECONDS = 0.1;

/** The longest overlap; a block that begins earlier than this before the end of the last shows that the clock began anew. */
const LONGEST_OVERLAP_SECONDS = 1;

/** Whether sound that ends after `found` seconds lacks part of the `declared` ones, beyond rounding, padding and estimates. */
export function endsEarly(found: number, declared: number): boolean {
  return found < declared - Math.max(LOST_SECONDS, declared * LOST_SHARE);
}

const LOST_SECONDS = 0.5;
const LOST_SHARE = 0.01;
