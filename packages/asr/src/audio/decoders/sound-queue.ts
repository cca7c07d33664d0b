/** Blocks of sound on their way from a decoder to whoever listens. */
export interface SoundQueue {
  /** Adds a block; resolves when there is room for another. */
  put(samples: Float32Array): Promise<void>;
  /** Tells that no more blocks come: those that wait are given out first, then `error` is thrown if there is one. */
  end(error?: unknown): void;
  /** The next block; undefined at the end. */
  next(): Promise<Float32Array | undefined>;
}

/** The most blocks that wait: one can be decoded while another is heard. */
const MOST_WAITING = 2;

/** Makes an empty queue. */
export function createSoundQueue(): SoundQueue {
  const waiting: Float32Array[] = [];
  let room: (() => void) | undefined;
  let wake: (() => void) | undefined;
  let end: { readonly error: unknown } | undefined;
  return {
    put(samples) {
      waiting.push(samples);
      wake?.();
      if (waiting.length < MOST_WAITING) return Promise.resolve();
      return new Promise((resolve) => (room = resolve));
    },
    end(error) {
      end ??= { error };
      wake?.();
      room?.();
    },
    async next() {
      while (waiting.length === 0 && end === undefined)
        await new Promise<void>((resolve) => (wake = resolve));
      const block = waiting.shift();
      room?.();
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a decoder failed of is passed on as it is
      if (block === undefined && end?.error !== undefined) throw end.error;
      return block;
    },
  };
}
