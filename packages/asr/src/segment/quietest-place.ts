/** The samples over which energy is compared: 20 ms. */
const FRAME = 320;

/** The middle of the quietest 20 ms of 16-bit audio, in samples from its beginning. */
export function quietestPlace(audio: Int16Array): number {
  let best = Math.floor(audio.length / 2);
  let least = Infinity;
  for (let start = 0; start + FRAME <= audio.length; start += FRAME / 2) {
    const energy = audio.subarray(start, start + FRAME).reduce((sum, sample) => sum + sample * sample, 0);
    if (energy >= least) continue;
    least = energy;
    best = start + FRAME / 2;
  }
  return best;
}
