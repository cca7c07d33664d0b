import { SAMPLE_RATE } from '../audio/sample-rate.js';
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
/** The most blocks that wait to be stored before the store is considered broken. */
const LONGEST_QUEUE = 60;

interface Block {
  /** In memory, unless it is stored. */
  samples: Int16Array<ArrayBuffer> | undefined;
  storing: 'no' | 'under-way' | 'done';
  isFetching: boolean;
}

export function createAudioBuffer(options: AudioBufferOptions): AudioBuffer {
  const { channels, memorySeconds, openStore, onFetched, onDropped } = options;
  /** By number; block `n` begins at sample `n * BLOCK`. In ascending order. */
  const blocks = new Map<number, Block>();
  const memoryBlocks = Math.max(2, Math.ceil((memorySeconds * SAMPLE_RATE) / BLOCK));
  let store: Promise<BlockStore> | undefined;
  let storeWorks = openStore !== undefined;
  let inMemory = 0;
  let end = 0;
  let begin = 0;
  let lastRead = 0;
  let isClosed = false;

  function append(interleaved: Int16Array): void {
    for (let at = 0; at < interleaved.length;) {
      const offset = (end % BLOCK) * channels;
      const room = BLOCK * channels - offset;
      const part = interleaved.subarray(at, at + room);
      blockFor(Math.floor(end / BLOCK)).set(part, offset);
      at += part.length;
      end += part.length / channels;
    }
    makeRoom();
  }

  function blockFor(number: number): Int16Array {
    const samples = blocks.get(number)?.samples ?? new Int16Array(BLOCK * channels);
    if (!blocks.has(number)) {
      blocks.set(number, { samples, storing: 'no', isFetching: false });
      inMemory += 1;
    }
    return samples;
  }

  function read(at: number, count: number): Int16Array<ArrayBuffer> | undefined {
    const number = Math.floor(at / BLOCK);
    const block = blocks.get(number);
    const length = Math.min(count, (number + 1) * BLOCK - at, end - at);
    if (at < begin || !block) return new Int16Array(length * channels);
    lastRead = number;
    if (!block.samples) {
      fetch(number, block);
      return undefined;
    }
    const next = blocks.get(number + 1);
    if (next && !next.samples) fetch(number + 1, next);
    const from = (at % BLOCK) * channels;
    return block.samples.slice(from, from + length * channels);
  }

  function fetch(number: number, block: Block): void {
    if (block.isFetching || !store) return;
    block.isFetching = true;
    void store
      .then((opened) => opened.get(number))
      .then(
        (samples) => {
          if (!blocks.has(number)) return;
          block.samples = samples;
          inMemory += 1;
          makeRoom();
        },
        () => {
          if (blocks.has(number)) dropThrough(number);
        },
      )
      .finally(() => {
        block.isFetching = false;
        if (!isClosed) onFetched();
      });
  }

  /** Moves the oldest audio out of memory, or drops it if it cannot be kept elsewhere. */
  function makeRoom(): void {
    let excess = inMemory - memoryBlocks;
    const isHopeless = !storeWorks || excess > LONGEST_QUEUE;
    for (const [number, block] of blocks) {
      if (excess <= 0 || number === Math.floor(end / BLOCK)) return;
      const isBeingRead = number === lastRead || number === lastRead + 1;
      if (!block.samples || (block.storing === 'done' && isBeingRead)) continue;
      excess -= 1;
      if (block.storing === 'done') forgetSamples(block);
      else if (isHopeless) dropThrough(number);
      else if (block.storing === 'no') void putAway(number, block, block.samples);
    }
  }

  async function putAway(number: number, block: Block, samples: Int16Array<ArrayBuffer>): Promise<void> {
    block.storing = 'under-way';
    try {
      store ??= openStore?.();
      await (await store)?.put(number, samples);
      block.storing = 'done';
      if (!blocks.has(number)) remove(number);
    } catch {
      block.storing = 'no';
      storeWorks = false;
    }
    if (!isClosed) makeRoom();
  }

  function dropThrough(number: number): void {
    const from = begin;
    forgetBefore((number + 1) * BLOCK);
    begin = Math.max(begin, Math.min((number + 1) * BLOCK, end));
    if (begin > from) onDropped(from, begin);
  }

  function forgetBefore(place: number): void {
    for (const [number, block] of blocks) {
      if ((number + 1) * BLOCK > place) return;
      blocks.delete(number);
      if (block.samples) inMemory -= 1;
      if (block.storing === 'done') remove(number);
    }
  }

  function forgetSamples(block: Block): void {
    block.samples = undefined;
    inMemory -= 1;
  }

  function remove(number: number): void {
    store?.then((opened) => opened.remove(number)).catch(() => undefined);
  }

  return {
    end: () => end,
    begin: () => begin,
    isFull: () => inMemory >= memoryBlocks,
    append,
    read,
    release: (place) => {
      begin = Math.max(begin, Math.min(place, end));
      forgetBefore(begin);
    },
    close: () => {
      isClosed = true;
      blocks.clear();
      inMemory = 0;
      store?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}
