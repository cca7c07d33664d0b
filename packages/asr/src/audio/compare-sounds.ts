import { SAMPLE_RATE } from './sample-rate.js';
import type { Recording } from './decode-recording.js';

/**
 * What tracks or channels of a recording have in common. `apart`: at least two have speech, each of its own, as when every
 * person has a microphone. They are heard separately, since two people who talk at once are not understood. `single`: what only
 * one has may be speech. `alike`: some rise and fall together, so they hold the same speech, such as the mix of a screen
 * recorder beside its parts, or two microphones in a room, which would be heard twice.
 */
export type SoundComparison = 'apart' | 'single' | 'alike';

/** Compares tracks or channels by their first two minutes. `open` opens one of them, by its number. */
export async function compareSounds(
  count: number,
  open: (number: number) => Promise<Recording>,
): Promise<SoundComparison> {
  const levels: Float32Array[] = [];
  for (let number = 0; number < count; number++) levels.push(await levelsOf(await open(number)));
  const isAlike = levels.some((one, index) =>
    levels.slice(index + 1).some((other) => likeness(one, other) >= ALIKE_FROM),
  );
  if (isAlike) return 'alike';
  const most = Math.max(...levels.map(loudest));
  return levels.filter((one) => mayHoldSpeech(one, most)).length > 1 ? 'apart' : 'single';
}

/** Seconds of each that are compared. */
const COMPARED_SECONDS = 120;

/** Speech rises and falls with its syllables, a few times a second: frames of 20 ms follow it. */
const FRAME = SAMPLE_RATE / 50;

/**
 * Correlation of levels from which two hold the same speech. For people who talk at the same time it is within 0.3 of zero, and
 * lower where they take turns.
 */
const ALIKE_FROM = 0.5;

/**
 * Decibels relative to full scale up to which a frame is silent, and relative to the loudest frame from which it is speech.
 */
const SILENCE_DB = -60;
const SPEECH_RANGE_DB = 35;

/** Speech is further above the level that a tenth of all frames stay below, decibels, for at least as many frames. */
const ABOVE_NOISE_DB = 10;
const FEWEST_FRAMES = 15;

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

/** Whether levels rise and fall as those of speech do. What is much fainter than the loudest of all is noise, or speech elsewhere. */
function mayHoldSpeech(levels: Float32Array, most: number): boolean {
  const noise = levels.slice().sort()[Math.floor(levels.length / 10)] ?? SILENCE_DB;
  const from = Math.max(noise + ABOVE_NOISE_DB, most - SPEECH_RANGE_DB);
  let frames = 0;
  for (const level of levels) if (level >= from) frames += 1;
  return frames >= FEWEST_FRAMES;
}

/** The correlation of the levels of two while at least one of them has speech, -1 to 1. */
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
