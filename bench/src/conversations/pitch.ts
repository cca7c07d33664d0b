import { SAMPLE_RATE } from '../clips/sound.js';

/** The median fundamental frequency of a voice, Hz, by autocorrelation; 0 if nothing in it is periodic. */
export function pitchOf(pcm: Int16Array): number {
  const found: number[] = [];
  for (let start = 0; start + FRAME + LONGEST_LAG <= pcm.length; start += HOP) {
    const lag = periodAt(pcm, start);
    if (lag !== undefined) found.push(SAMPLE_RATE / lag);
  }
  found.sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)] ?? 0;
}

const FRAME = 640;
const HOP = 1_600;

/** Periods of voices from 400 down to 65 Hz, samples. */
const SHORTEST_LAG = Math.floor(SAMPLE_RATE / 400);
const LONGEST_LAG = Math.ceil(SAMPLE_RATE / 65);

/** The share of a frame's energy that has to come back after a period. */
const PERIODIC = 0.6;
/** Of the largest correlation: the first period that has so much of it is the fundamental one. */
const NEARLY_BEST = 0.9;
const LEAST_LEVEL = 300;

function periodAt(pcm: Int16Array, start: number): number | undefined {
  const energy = product(pcm, start, start);
  if (energy < FRAME * LEAST_LEVEL ** 2) return undefined;
  const likeness: number[] = [];
  for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag++) {
    const other = product(pcm, start + lag, start + lag);
    likeness.push(product(pcm, start, start + lag) / Math.sqrt(energy * other + 1));
  }
  const best = Math.max(...likeness);
  if (best < PERIODIC) return undefined;
  const first = likeness.findIndex(
    (value, at) =>
      value >= best * NEARLY_BEST && value >= (likeness[at - 1] ?? 0) && value >= (likeness[at + 1] ?? 0),
  );
  return first < 0 ? undefined : first + SHORTEST_LAG;
}

function product(pcm: Int16Array, a: number, b: number): number {
  let sum = 0;
  for (let at = 0; at < FRAME; at++) sum += (pcm[a + at] as number) * (pcm[b + at] as number);
  return sum;
}
