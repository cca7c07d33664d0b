import { openRecording } from '../../src/audio/recording.js';
import { SAMPLE_RATE } from '../../src/audio/sample-rate.js';
import { clipPath, readClips } from '../clips/clips.js';

/** A clip at 16 kHz, within ±1, and what is said in it. */
export interface Speech {
  readonly id: string;
  readonly samples: Float32Array;
  readonly text: string;
}

/** Decodes the clip of the given id in the manifest. */
export async function loadSpeech(id: string): Promise<Speech> {
  const clip = readClips().find((candidate) => candidate.id === id);
  if (!clip) throw new Error(`there is no clip ${id}`);
  const chunks: Float32Array[] = [];
  for await (const chunk of (await openRecording(clipPath(clip.path))).chunks()) chunks.push(chunk);
  return { id, samples: join(chunks), text: clip.text };
}

/** Decodes several clips. */
export function loadAllSpeech(ids: readonly string[]): Promise<readonly Speech[]> {
  return Promise.all(ids.map((id) => loadSpeech(id)));
}

/** Digital silence at 16 kHz. */
export function silence(seconds: number): Float32Array {
  return new Float32Array(Math.round(seconds * SAMPLE_RATE));
}

/** All parts, one after another. */
export function join(pieces: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** One clip made of several, each followed by so many seconds of silence. */
export function conversation(
  clips: readonly Speech[],
  pauseSeconds: number,
): Pick<Speech, 'samples' | 'text'> {
  return {
    samples: join(clips.flatMap(({ samples }) => [samples, silence(pauseSeconds)])),
    text: clips.map(({ text }) => text).join(' '),
  };
}

/**
 * The clip from its first sound to its last, so that speech begins at sample 0. Sound is what lies within 30 dB of the
 * loudest 10 ms.
 */
export function spokenPart(samples: Float32Array): Float32Array {
  const frame = SAMPLE_RATE / 100;
  const powers = Array.from({ length: Math.floor(samples.length / frame) }, (_, index) =>
    samples.subarray(index * frame, (index + 1) * frame).reduce((sum, sample) => sum + sample * sample, 0),
  );
  const isSound = (power: number) => power >= Math.max(...powers) / 1_000;
  return samples.subarray(powers.findIndex(isSound) * frame, (powers.findLastIndex(isSound) + 1) * frame);
}

/**
 * Resamples 16 kHz samples by straight lines between them. This adds frequencies above 8 kHz, which the recognizer must
 * filter out.
 */
export function atRate(samples: Float32Array, rate: number): Float32Array {
  return Float32Array.from({ length: Math.floor((samples.length * rate) / SAMPLE_RATE) }, (_, index) => {
    const at = (index * SAMPLE_RATE) / rate;
    const before = samples[Math.floor(at)] ?? 0;
    const after = samples[Math.floor(at) + 1] ?? before;
    return before + (after - before) * (at % 1);
  });
}

/** Word error rate: missed, invented and confused words as a share of the words that were said. */
export function wordErrorRate(said: string, heard: string): number {
  const expected = wordsOf(said);
  return editDistance(expected, wordsOf(heard)) / expected.length;
}

/** Lower-case words without punctuation. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9']+/g) ?? [];
}

/** The fewest insertions, deletions and substitutions that make one list into the other (Levenshtein 1965). */
export function editDistance<T>(from: readonly T[], to: readonly T[]): number {
  let row = Array.from({ length: from.length + 1 }, (_, index) => index);
  for (const item of to) {
    const next = [(row[0] ?? 0) + 1];
    from.forEach((other, index) => {
      const substituted = (row[index] ?? 0) + (item === other ? 0 : 1);
      next.push(Math.min(substituted, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}
