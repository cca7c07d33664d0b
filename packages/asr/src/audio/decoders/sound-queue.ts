/** Blocks of sound on their way from a decoder to whoever listens. */
export interface SoundQueue {
  /** Puts a block in; resolves when there is room for another. */
  put(samples: Float32Array): Promise<void>;
  /** No more blocks come: what waits is given first, then `error` is thrown if there is one. */
  end(error?: unknown): void;
  /** The next block; undefined at the end. */
  next(): Promise<Float32Array | undefined>;
}

/** Blocks that wait at most, so that one can be decoded while another is heard. */
const MOST_WAITING = 2;

/** Starts empty. */
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
      if (block === undefined && end?.error !== undefined) throw end.error;
      return block;
    },
  };
}
