/** The latest audio of a stream, addressed by sample number since the stream's start. */
export interface AudioHistory {
  /** Number of samples ever appended: where the next one goes. */
  readonly end: number;
  /** Appends samples at 16 kHz within ±1. */
  append(samples: Float32Array): void;
  /** Samples from `start` up to `end` as 16-bit integers, without those that are forgotten or not there yet. */
  slice(start: number, end: number): Int16Array;
  /** Forgets all samples before `sample`. */
  forgetBefore(sample: number): void;
}

/** Smallest ring, samples: one second. */
const INITIAL_CAPACITY = 16_000;

/** Makes an empty history. It grows with the span kept, not with the stream. */
export function createAudioHistory(): AudioHistory {
  let ring = new Int16Array(INITIAL_CAPACITY);
  let start = 0;
  let end = 0;

  const grow = (needed: number) => {
    const larger = new Int16Array(Math.max(needed, ring.length * 2));
    const kept = copy(start, end);
    const offset = start % larger.length;
    const head = Math.min(kept.length, larger.length - offset);
    larger.set(kept.subarray(0, head), offset);
    larger.set(kept.subarray(head), 0);
    ring = larger;
  };

  const copy = (from: number, to: number): Int16Array => {
    const result = new Int16Array(Math.max(0, to - from));
    const offset = from % ring.length;
    const head = Math.min(result.length, ring.length - offset);
    result.set(ring.subarray(offset, offset + head), 0);
    result.set(ring.subarray(0, result.length - head), head);
    return result;
  };

  return {
    get end() {
      return end;
    },
    append(samples) {
      if (end - start + samples.length > ring.length) grow(end - start + samples.length);
      let at = end % ring.length;
      for (let i = 0; i < samples.length; i++) {
        const sample = Math.round((samples[i] as number) * 32_768);
        ring[at] = sample > 32_767 ? 32_767 : sample < -32_768 ? -32_768 : sample;
        if (++at === ring.length) at = 0;
      }
      end += samples.length;
    },
    slice: (from, to) => copy(Math.max(from, start), Math.min(to, end)),
    forgetBefore(sample) {
      start = Math.min(end, Math.max(start, sample));
    },
  };
}
