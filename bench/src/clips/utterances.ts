import type { Clip } from './manifest.js';
import { SAMPLE_RATE, type DecodedClip } from './sound.js';
import { VOICED_FRAME_MS } from './voiced-frames.js';

/** A piece of a clip. */
export interface Utterance {
  readonly clip: Clip;
  /** Seconds since the clip's first sample. */
  readonly start: number;
  /** 16 kHz, mono. */
  readonly pcm: Int16Array;
}

/**
 * Cuts pieces of one length out of clips without cutting a word: each begins in the pause before an onset of
 * voice and ends in a pause. Pieces do not overlap.
 */
export function cutUtterances(clips: readonly DecodedClip[], seconds: number): Utterance[] {
  const frames = Math.round((seconds * 1000) / VOICED_FRAME_MS);
  return clips.flatMap(({ clip, pcm, voiced }) =>
    startsOfUtterances(voiced, frames).map((start) => ({
      clip,
      start: start / FRAMES_PER_SECOND,
      pcm: pcm.slice(start * FRAME_SAMPLES, (start + frames) * FRAME_SAMPLES),
    })),
  );
}

/** At most `count` items, spread evenly. */
export function spreadEvenly<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, index) => items[Math.floor((index * items.length) / count)],
  ).filter((item) => item !== undefined);
}

const FRAMES_PER_SECOND = 1000 / VOICED_FRAME_MS;
const FRAME_SAMPLES = SAMPLE_RATE / FRAMES_PER_SECOND;

/** The quiet with which a piece begins, and the pause in which it ends, frames. */
const PAUSE = { before: 20, after: 15 } as const;

/** Least share of voiced frames in a piece: somebody speaks most of the time. */
const LEAST_VOICED = 0.6;

/** The first frame of each piece. */
function startsOfUtterances(voiced: Uint8Array, frames: number): number[] {
  const starts: number[] = [];
  for (let start = 0; start + frames <= voiced.length; start++) {
    const onset = start + PAUSE.before;
    const end = start + frames;
    if (
      voiced[onset] !== 1 ||
      voicedIn(voiced, start, onset) > 0 ||
      voicedIn(voiced, end - PAUSE.after, end) > 0 ||
      voicedIn(voiced, start, end) < LEAST_VOICED * frames
    )
      continue;
    starts.push(start);
    start = end - 1;
  }
  return starts;
}

function voicedIn(voiced: Uint8Array, from: number, to: number): number {
  return voiced.subarray(from, to).reduce((sum, frame) => sum + frame, 0);
}
