import { SAMPLE_RATE } from '../audio/sample-rate.js';

/** A stretch of a stream, seconds on its clock. */
export interface TimeSpan {
  readonly start: number;
  readonly end: number;
}

/** A time as the number of a sample. */
export function samplesIn(seconds: number): number {
  return Math.round(seconds * SAMPLE_RATE);
}

/** A window of speech, and how the voice in it sounds. */
export interface VoiceWindow extends TimeSpan {
  /** Its embedding, centred on the mean voice and of unit length. */
  readonly voice: Float32Array;
}

/**
 * The windows in which voices are told apart, and from one window to the next, seconds: long enough to know a voice by, and short
 * enough to hold one person (docs/decisions/0097).
 */
export const VOICE_WINDOW = { length: 1.5, hop: 0.75 } as const;

/** The windows of an utterance that is open that are complete at `heard`, from the one numbered `from` on. */
export function openWindows(start: number, heard: number, from: number): TimeSpan[] {
  const complete = Math.floor((heard - start - VOICE_WINDOW.length) / VOICE_WINDOW.hop + ROUNDING) + 1;
  return Array.from({ length: Math.max(0, complete - from) }, (_, index) => windowAt(start, from + index));
}

/**
 * The windows of an utterance that has ended: those of `openWindows` that lie in it, what remains of it, and a short one at its end,
 * where a short answer would be lost in a window that is mostly of the question.
 */
export function allWindows({ start, end }: TimeSpan): TimeSpan[] {
  const open = openWindows(start, end, 0);
  const covered = open.at(-1)?.end ?? start;
  const isCovered = end - covered < LEAST_REST && open.length > 0;
  return [
    ...open,
    ...(isCovered ? [] : [{ start: Math.max(start, end - VOICE_WINDOW.length), end }]),
    ...(end - start > LEAST_WITH_ANSWER ? [{ start: end - ANSWER, end }] : []),
  ];
}

/** A short answer with the silence behind it, and the shortest utterance that may have another voice before one, seconds. */
const ANSWER = 0.9;
const LEAST_WITH_ANSWER = 1.6;

function windowAt(start: number, number: number): TimeSpan {
  const from = start + number * VOICE_WINDOW.hop;
  return { start: from, end: from + VOICE_WINDOW.length };
}

/** A shorter rest of an utterance is silence behind its last word, seconds. */
const LEAST_REST = 0.05;

/** Sums of seconds are not exact. */
const ROUNDING = 1e-6;
