import { SAMPLE_RATE } from './sample-rate.js';
import type { Recording } from './decode-recording.js';

/**
 * Whether each track of a recording has speech of its own, as when every person has a track. Such tracks are heard
 * separately, since two people who talk at once are not understood. Tracks that rise and fall together hold the same
 * speech, such as the mix of a screen recorder beside its parts, or two microphones in a room, which would be heard
 * twice. `open` opens a track; the first two minutes of each are read.
 */
export async function areTracksApart(
  tracks: number,
  open: (track: number) => Promise<Recording>,
): Promise<boolean> {
  const levels: Float32Array[] = [];
  for (let track = 0; track < tracks; track++) levels.push(await levelsOf(await open(track)));
  return levels.every((one, index) =>
    levels.slice(index + 1).every((other) => likeness(one, other) < ALIKE_FROM),
  );
}

/** Seconds of each track that are compared. */
const COMPARED_SECONDS = 120;

/** Speech rises and falls with its syllables, a few times a second: frames of 20 ms follow it. */
const FRAME = SAMPLE_RATE / 50;

/**
 * Correlation of levels from which tracks hold the same speech. For people who talk at the same time it is within 0.3
 * of zero, and lower where they take turns.
 */
const ALIKE_FROM = 0.5;

/**
 * Decibels relative to full scale up to which a frame is silent, and relative to the loudest frame of a track from
 * which it is speech.
 */
const SILENCE_DB = -60;
const SPEECH_RANGE_DB = 35;

/** The level of each frame, decibels. */
async function levelsOf(recording: Recording): Promise<Float32Array> {
  const levels = new Float32Array(COMPARED_SECONDS * 50);
  let frames = 0;
  let [power, samples] = [0, 0];
  try {
    for await (const chunk of recording.chunks()) {
      for (const sample of chunk) {
        power += sample * sample;
        samples += 1;
        if (samples < FRAME) continue;
        levels[frames++] = Math.max(SILENCE_DB, 10 * Math.log10(power / FRAME));
        [power, samples] = [0, 0];
        if (frames === levels.length) return levels;
      }
    }
  } finally {
    await recording.close();
  }
  return levels.subarray(0, frames);
}

/** The correlation of the levels of two tracks while at least one of them has speech, -1 to 1. */
function likeness(a: Float32Array, b: Float32Array): number {
  const [speechA, speechB] = [a, b].map((levels) =>
    Math.max(SILENCE_DB + 1, loudest(levels) - SPEECH_RANGE_DB),
  );
  let [count, sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? SILENCE_DB, b[i] ?? SILENCE_DB];
    if (x < (speechA ?? 0) && y < (speechB ?? 0)) continue;
    count += 1;
    sumA += x;
    sumB += y;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
  }
  const power = (count * squareA - sumA * sumA) * (count * squareB - sumB * sumB);
  return power > 0 ? (count * product - sumA * sumB) / Math.sqrt(power) : 0;
}

function loudest(levels: Float32Array): number {
  return levels.reduce((most, level) => Math.max(most, level), SILENCE_DB);
}
