import { SAMPLE_RATE } from './sample-rate.js';
import { filterFor, type Filter } from './resampling-filter.js';

/** Resamples one channel to 16 kHz, piece by piece. The output does not depend on how the input is divided. */
export interface Resampler {
  /** The next samples of the output, as many as the input so far determines. */
  readonly push: (samples: Float32Array) => Float32Array;
  /** The rest, as if silence followed: in all, `n` samples give `n * 16000 / sampleRate`, rounded up. */
  readonly flush: () => Float32Array;
}

/**
 * Starts a resampler from `sampleRate`, a whole number of samples a second. Positions are counted in whole numbers, so
 * the clock of the output never drifts against that of the input.
 */
export function createResampler(sampleRate: number): Resampler {
  if (sampleRate === SAMPLE_RATE) return { push: (samples) => samples, flush: () => new Float32Array() };
  return createPolyphase(filterFor(sampleRate));
}

function createPolyphase({ phases, step, reach, taps }: Filter): Resampler {
  /**
   * The input that later outputs need, from `reach - 1` samples before the next output on. Before the start there is
   * silence.
   */
  let pending = new Float32Array(reach - 1);
  /** Where the next output is, in `phases`ths of an input sample after `pending[reach - 1]`. */
  let position = 0;
  let taken = 0;
  let given = 0;

  function push(samples: Float32Array): Float32Array {
    taken += samples.length;
    return advance(samples);
  }

  function advance(samples: Float32Array): Float32Array {
    const input = new Float32Array(pending.length + samples.length);
    input.set(pending);
    input.set(samples, pending.length);
    const output = new Float32Array(Math.ceil(((samples.length + 1) * phases) / step) + 1);
    let count = 0;
    for (;;) {
      const first = Math.floor(position / phases);
      if (first + 2 * reach > input.length) break;
      output[count++] = dotProduct(input, first, taps(position % phases));
      position += step;
    }
    const done = Math.min(input.length, Math.floor(position / phases));
    position -= done * phases;
    pending = input.slice(done);
    given += count;
    return output.subarray(0, count);
  }

  return {
    push,
    flush: () => {
      const due = Math.ceil((taken * phases) / step) - given;
      const rest = advance(new Float32Array(reach + Math.ceil(step / phases))).slice(0, due);
      return rest;
    },
  };
}

/**
 * Four sums at a time, since a single one would wait for itself at every step. The number of taps is a multiple of
 * four.
 */
function dotProduct(input: Float32Array, first: number, taps: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let tap = 0, at = first; tap < taps.length; tap += 4, at += 4) {
    a += (input[at] ?? 0) * (taps[tap] ?? 0);
    b += (input[at + 1] ?? 0) * (taps[tap + 1] ?? 0);
    c += (input[at + 2] ?? 0) * (taps[tap + 2] ?? 0);
    d += (input[at + 3] ?? 0) * (taps[tap + 3] ?? 0);
  }
  return a + b + c + d;
}
