import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { createBlockKeeper } from './block-keeper.js';
import type { BlockStore } from './block-store.js';

/** The audio that the server may still need, by its place since `start()`, in samples of each channel. */
export interface AudioBuffer {
  /** Where the audio ends so far. */
  readonly end: () => number;
  /** Where the audio that is still there begins. */
  readonly begin: () => number;
  /** Whether memory holds as much as it may. */
  readonly isFull: () => boolean;
  /** Takes interleaved samples. */
  readonly append: (interleaved: Int16Array) => void;
  /**
   * A copy of at most `count` samples of each channel from `at` on, interleaved, with silence for what was dropped.
   * `undefined` while it is being fetched; `onFetched` is called when it is there.
   */
  readonly read: (at: number, count: number) => Int16Array<ArrayBuffer> | undefined;
  /** Forgets all audio before `place`. */
  readonly release: (place: number) => void;
  readonly close: () => void;
}

interface AudioBufferOptions {
  readonly channels: number;
  /** Seconds that memory may hold. */
  readonly memorySeconds: number;
  /** The store for the rest, opened when it is needed. Without one, or if it fails, the oldest audio is dropped. */
  readonly openStore?: (() => Promise<BlockStore>) | undefined;
  /** Something that `read` waited for is there. */
  readonly onFetched: () => void;
  /** Audio is gone, from one sample to another. */
  readonly onDropped: (from: number, to: number) => void;
}

/** Samples of each channel that are kept, stored and dropped together. */
const BLOCK = SAMPLE_RATE;
export function createAudioBuffer(options: AudioBufferOptions): AudioBuffer {
  const { channels, memorySeconds, openStore, onFetched, onDropped } = options;
  /** Block `n` begins at sample `n * BLOCK`. */
  const blocks = createBlockKeeper({
    blockLength: BLOCK * channels,
    memoryBlocks: Math.max(2, Math.ceil((memorySeconds * SAMPLE_RATE) / BLOCK)),
    openStore,
    onFetched,
    onLost: (number) => {
      const from = begin;
      release((number + 1) * BLOCK);
      if (begin > from) onDropped(from, begin);
    },
  });
  let end = 0;
  let begin = 0;

  function append(interleaved: Int16Array): void {
    for (let at = 0; at < interleaved.length;) {
      const offset = (end % BLOCK) * channels;
      const room = BLOCK * channels - offset;
      const part = interleaved.subarray(at, at + room);
      blocks.writable(Math.floor(end / BLOCK)).set(part, offset);
      at += part.length;
      end += part.length / channels;
    }
    blocks.makeRoom(Math.floor(end / BLOCK));
  }

  function read(at: number, count: number): Int16Array<ArrayBuffer> | undefined {
    const number = Math.floor(at / BLOCK);
    const length = Math.min(count, (number + 1) * BLOCK - at, end - at);
    const samples = at < begin ? undefined : blocks.read(number);
    if (samples === 'fetching') return undefined;
    if (!samples) return new Int16Array(length * channels);
    const from = (at % BLOCK) * channels;
    return samples.slice(from, from + length * channels);
  }

  function release(place: number): void {
    begin = Math.max(begin, Math.min(place, end));
    blocks.forgetBefore(Math.floor(begin / BLOCK));
  }

  return {
    end: () => end,
    begin: () => begin,
    isFull: blocks.isFull,
    append,
    read,
    release,
    close: blocks.close,
  };
}
