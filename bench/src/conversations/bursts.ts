import { SAMPLE_RATE } from '../clips/sound.js';
import { randomOf } from '../power-cuts/random.js';

/** Two bursts of noise as loud and as short as those of a cough, made by a seed: no recording of a cough is at hand. */
export function coughLike(seed: number): Int16Array {
  const random = randomOf(seed);
  const pcm = new Int16Array(Math.round(0.7 * SAMPLE_RATE));
  let smooth = 0;
  for (let at = 0; at < pcm.length; at++) {
    const seconds = at / SAMPLE_RATE;
    const since = seconds < SECOND_BURST ? seconds : seconds - SECOND_BURST;
    smooth += 0.35 * (random() - 0.5 - smooth);
    pcm[at] = Math.round(24_000 * smooth * Math.min(1, since / 0.01) * Math.exp(-since / 0.09));
  }
  return pcm;
}

/** The second burst begins so long after the first, seconds. */
const SECOND_BURST = 0.35;
