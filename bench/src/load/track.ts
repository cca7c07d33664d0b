import { floatsOf } from '@auscult/asr';
import type { Clip } from '../clips/manifest.js';
import { SAMPLE_RATE, type DecodedClip, type Sound } from '../clips/sound.js';
import { VOICED_FRAME_MS } from '../clips/voiced-frames.js';

/** The audio of one stream: sounds one after another on one clock. */
export interface Track {
  readonly parts: readonly TrackPart[];
  readonly seconds: number;
}

/** One clip or pause, and its place. */
interface TrackPart {
  /** Absent for a pause. */
  readonly clip?: Clip | undefined;
  readonly sound: Sound;
  /** Seconds since the track's first sample. */
  readonly start: number;
  readonly end: number;
}

/** Puts clips one after another, each followed by `pause` if given. */
export function trackOf(clips: readonly DecodedClip[], pause?: Sound): Track {
  const parts: TrackPart[] = [];
  let samples = 0;
  const add = (sound: Sound, clip?: Clip) => {
    const start = samples / SAMPLE_RATE;
    samples += sound.pcm.length;
    parts.push({ clip, sound, start, end: samples / SAMPLE_RATE });
  };
  for (const decoded of clips) {
    add(decoded, decoded.clip);
    if (pause !== undefined) add(pause);
  }
  return { parts, seconds: samples / SAMPLE_RATE };
}

/** The same track without the quiet after its last word. */
export function endingInSpeech(track: Track): Track {
  const parts = [...track.parts];
  const last = parts.pop();
  const seconds = lastVoiced(track, last?.start ?? 0, track.seconds);
  if (!last || seconds === undefined) return track;
  const pcm = last.sound.pcm.subarray(0, Math.round((seconds - last.start) * SAMPLE_RATE));
  return { parts: [...parts, { ...last, sound: { ...last.sound, pcm }, end: seconds }], seconds };
}

/** Cuts a track into frames for the wire, s16le. The last frame may be shorter. */
export function* framesOf(track: Track, frameSeconds: number): Generator<Buffer, void> {
  const frameSamples = Math.round(frameSeconds * SAMPLE_RATE);
  let frame = new Int16Array(frameSamples);
  let filled = 0;
  for (const { sound } of track.parts) {
    for (let taken = 0; taken < sound.pcm.length;) {
      const piece = sound.pcm.subarray(taken, taken + frameSamples - filled);
      frame.set(piece, filled);
      taken += piece.length;
      filled += piece.length;
      if (filled < frameSamples) continue;
      yield Buffer.from(frame.buffer);
      frame = new Int16Array(frameSamples);
      filled = 0;
    }
  }
  if (filled > 0) yield Buffer.from(frame.buffer, 0, filled * Int16Array.BYTES_PER_ELEMENT);
}

/** The audio of a track for the library, one sound at a time. */
// eslint-disable-next-line @typescript-eslint/require-await -- the library takes asynchronous iterables
export async function* readTrack(track: Track): AsyncGenerator<Float32Array, void> {
  for (const { sound } of track.parts) yield floatsOf(sound.pcm);
}

/** Whether nobody speaks for the given time after a moment that `lastVoiced` returned. */
export function isQuietAfter(track: Track, voiceEnd: number, seconds: number): boolean {
  // Half a frame later, so that rounding cannot include the frame that has just ended.
  const from = voiceEnd + VOICED_FRAME_MS / 2000;
  return lastVoiced(track, from, from + seconds) === undefined;
}

/** The end of the last voiced 10 ms between two moments of the track, seconds; undefined if nobody speaks. */
export function lastVoiced(track: Track, from: number, to: number): number | undefined {
  const frameSeconds = VOICED_FRAME_MS / 1000;
  for (const part of track.parts.toReversed()) {
    if (part.start >= to || part.end <= from) continue;
    const first = Math.max(0, Math.floor((from - part.start) / frameSeconds));
    const last = Math.min(part.sound.voiced.length, Math.ceil((to - part.start) / frameSeconds)) - 1;
    for (let frame = last; frame >= first; frame--) {
      if (part.sound.voiced[frame] === 1) return Math.min(to, part.start + (frame + 1) * frameSeconds);
    }
  }
  return undefined;
}
