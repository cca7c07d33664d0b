import type { BlockStore } from './block-store.js';

/** Blocks that memory has no room for. The store is opened for the first of them, and given up once it has failed. */
export interface OverflowStore {
  /** False where there is no store, and once it has failed to take a block. */
  readonly works: () => boolean;
  readonly has: (number: number) => boolean;
  /** Whether a block is on its way to the store or from it. */
  readonly isMoving: (number: number) => boolean;
  /** Resolves when the block is stored, or cannot be. */
  readonly put: (number: number, samples: Int16Array<ArrayBuffer>) => Promise<void>;
  /** Resolves with `undefined` if the block cannot be read. */
  readonly get: (number: number) => Promise<Int16Array<ArrayBuffer> | undefined>;
  readonly remove: (number: number) => void;
  readonly close: () => void;
}

export function createOverflowStore(open: (() => Promise<BlockStore>) | undefined): OverflowStore {
  const stored = new Set<number>();
  const moving = new Set<number>();
  let store: Promise<BlockStore> | undefined;
  let works = open !== undefined;
  return {
    works: () => works,
    has: (number) => stored.has(number),
    isMoving: (number) => moving.has(number),
    put: async (number, samples) => {
      moving.add(number);
      try {
        store ??= open?.();
        await (await store)?.put(number, samples);
        stored.add(number);
      } catch {
        works = false;
      }
      moving.delete(number);
    },
    get: async (number) => {
      moving.add(number);
      const samples = await store?.then((opened) => opened.get(number)).catch(() => undefined);
      moving.delete(number);
      return samples;
    },
    remove: (number) => {
      if (stored.delete(number)) store?.then((opened) => opened.remove(number)).catch(() => undefined);
    },
    close: () => {
      stored.clear();
      store?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}
