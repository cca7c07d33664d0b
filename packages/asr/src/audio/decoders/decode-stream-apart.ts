import type { SpeechError } from '../../speech-error.js';
import { failed } from './decoding-errors.js';
import type { MemoryBudget } from './memory-budget.js';
import { LIVE_NAME, type LiveTask } from './messages.js';
import { createPieceFeed } from './piece-feed.js';
import { superviseDecoder } from './supervise-decoder.js';

/** What comes, and who hears it. */
export interface StreamOptions extends LiveTask {
  /** Whose it is: turns to start are shared evenly between these keys. */
  readonly key?: string;
  /**
   * Called with sound at 16 kHz, an array for each channel, in its order. Decoding goes on once the promise resolves.
   */
  readonly onSound: (channels: readonly Float32Array[]) => void | Promise<void>;
}

/** Decodes audio while it comes. */
export interface StreamDecoder {
  /**
   * Takes the next bytes, cut anywhere, or one packet of Opus. Resolves when all sound in them was given out, except
   * what ffmpeg decodes. Rejects with `container_unknown`, `container_broken`, `decoding_too_costly` or `decoder_failed`
   * once nothing more can be decoded, and with `closed` once the pool is. One call at a time.
   */
  push(bytes: Uint8Array): Promise<void>;
  /** Tells that no more bytes come. Resolves when all sound was given out, and rejects as `push` does. */
  end(): Promise<void>;
  /** Drops everything. */
  close(): void;
}

/** The pool that a decoder belongs to. */
interface StreamPlace {
  readonly memory: MemoryBudget;
  /** Resolves when the process may start, with a function that tells that it has, or that it never will. */
  readonly turn: () => Promise<() => void>;
  /** Receives a function that ends it early, with the reason. */
  readonly onStart: (close: (reason: SpeechError) => void) => void;
  readonly onEnd: () => void;
}

/** Decodes in a process of its own, which starts when it has its turn; what comes before waits. */
export function decodeStreamApart(options: StreamOptions, place: StreamPlace): StreamDecoder {
  const { kind, channels, onSound } = options;
  const feed = createPieceFeed();
  let close: ((reason?: unknown) => void) | undefined;
  let isClosed = false;
  let isDone = false;

  void superviseDecoder(
    feed.pieces(),
    {
      name: LIVE_NAME,
      maxSeconds: undefined,
      live: { kind, channels },
      memory: place.memory,
      turn: place.turn,
      onStart: (end) => {
        close = end;
        place.onStart(end);
      },
    },
    {
      onOpened: () => Promise.reject(new RangeError('a live recording is not opened')),
      onSound: async (samples) => {
        if (!isClosed) await onSound(channelsOf(samples, channels));
      },
      onDone: () => {
        isDone = true;
      },
      onEnd: (error) => {
        feed.fail(isDone ? undefined : (error ?? failed(LIVE_NAME)));
        place.onEnd();
      },
    },
  );
  return {
    push: feed.push,
    end: feed.end,
    close: () => {
      isClosed = true;
      close?.();
    },
  };
}

/** One channel after the other. Throws a `RangeError` if they are not equally long. */
function channelsOf(samples: Float32Array, channels: number): readonly Float32Array[] {
  const length = samples.length / channels;
  if (!Number.isInteger(length)) throw new RangeError('no block of sound');
  return Array.from({ length: channels }, (_, channel) =>
    samples.subarray(channel * length, (channel + 1) * length),
  );
}
