import type { BlockStore } from './block-store.js';
import { createOverflowStore } from './overflow-store.js';

/** Keeps blocks of audio: in memory as many as it may, and the older ones in a store if there is one. */
export interface BlockKeeper {
  /** The samples of the last block, or of a new one after it, to write to. */
  readonly writable: (number: number) => Int16Array;
  /** The samples of a block, `fetching` while they come from the store, or `undefined` if it is not kept. */
  readonly read: (number: number) => Int16Array<ArrayBuffer> | 'fetching' | undefined;
  /**
   * If there are too many in memory, moves the oldest to the store, or loses them if they cannot be kept there. The
   * block `writing` and those after it stay.
   */
  readonly makeRoom: (writing: number) => void;
  readonly forgetBefore: (number: number) => void;
  /** Whether memory holds as many as it may. */
  readonly isFull: () => boolean;
  readonly close: () => void;
}

interface BlockKeeperOptions {
  /** Samples in a block. */
  readonly blockLength: number;
  /** Blocks that memory may hold. */
  readonly memoryBlocks: number;
  readonly openStore: (() => Promise<BlockStore>) | undefined;
  /** A block that was being fetched is there, or is lost. */
  readonly onFetched: () => void;
  /** A block is lost. It is to be forgotten, with all before it. */
  readonly onLost: (number: number) => void;
}

/** The most blocks that wait to be stored before the store is considered broken. */
const LONGEST_QUEUE = 60;

export function createBlockKeeper(options: BlockKeeperOptions): BlockKeeper {
  const { blockLength, memoryBlocks, openStore, onFetched, onLost } = options;
  const memory = new Map<number, Int16Array<ArrayBuffer>>();
  const store = createOverflowStore(openStore);
  /** The first block that is kept; none is once it is closed. */
  let first = 0;
  let writing = 0;
  let reading = 0;

  function makeRoom(): void {
    const excess = memory.size - memoryBlocks;
    const isHopeless = !store.works() || excess > LONGEST_QUEUE;
    for (const [number, samples] of oldest(memory, excess, mayLeave)) {
      // Whoever was told of a loss may have closed it.
      if (number < first) return;
      if (store.has(number)) memory.delete(number);
      else if (isHopeless) onLost(number);
      else if (!store.isMoving(number)) void putAway(number, samples);
    }
  }

  function mayLeave(number: number): boolean {
    const isBeingRead = number === reading || number === reading + 1;
    return number < writing && !(isBeingRead && store.has(number));
  }

  async function putAway(number: number, samples: Int16Array<ArrayBuffer>): Promise<void> {
    await store.put(number, samples);
    if (number < first) store.remove(number);
    makeRoom();
  }

  async function fetch(number: number): Promise<void> {
    const samples = await store.get(number);
    if (number >= first) {
      if (samples) {
        memory.set(number, samples);
        makeRoom();
      } else onLost(number);
    }
    if (first < Infinity) onFetched();
  }

  return {
    writable: (number) => {
      const samples = memory.get(number) ?? new Int16Array(blockLength);
      memory.set(number, samples);
      return samples;
    },
    read: (number) => {
      reading = number;
      const samples = memory.get(number);
      const next = samples ? number + 1 : number;
      if (store.has(next) && !memory.has(next) && !store.isMoving(next)) void fetch(next);
      return samples ?? (store.has(number) ? 'fetching' : undefined);
    },
    makeRoom: (current) => {
      writing = current;
      makeRoom();
    },
    forgetBefore: (number) => {
      for (; first < number; first++) {
        memory.delete(first);
        store.remove(first);
      }
    },
    isFull: () => memory.size >= memoryBlocks,
    close: () => {
      first = Infinity;
      memory.clear();
      store.close();
    },
  };
}

/** The first `count` blocks that may leave. */
function oldest<Samples>(
  blocks: ReadonlyMap<number, Samples>,
  count: number,
  mayLeave: (number: number) => boolean,
): readonly [number, Samples][] {
  if (count <= 0) return [];
  // What was fetched comes last in the map.
  const inOrder = [...blocks].sort(([one], [other]) => one - other);
  return inOrder.filter(([number]) => mayLeave(number)).slice(0, count);
}
