import type { WorkerSlot } from './worker-slot.js';

/** The process of each stream: the one that did its latest job, and keeps its audio and encoder state. */
export interface StreamHomes {
  /** Undefined if the stream has had no job. */
  of(stream: string): WorkerSlot | undefined;
  /** The process of a stream, or the one that a stream without jobs would get: that with the fewest streams. */
  likelyOf(stream: string): WorkerSlot | undefined;
  /** Whether a job of the stream is best done at `slot`. It may be done anywhere while its own process takes no jobs. */
  isHome(stream: string, slot: WorkerSlot): boolean;
  move(stream: string, slot: WorkerSlot): void;
  /** The stream has ended. */
  forget(stream: string): void;
}

/** Starts with no stream at any process. */
export function createStreamHomes(slots: readonly WorkerSlot[]): StreamHomes {
  const homes = new Map<string, WorkerSlot>();

  const leastUsed = () => {
    const ready = slots.filter((slot) => slot.ready);
    const streams = (slot: WorkerSlot) => [...homes.values()].filter((home) => home === slot).length;
    return ready.reduce<WorkerSlot | undefined>(
      (least, slot) => (least === undefined || streams(slot) < streams(least) ? slot : least),
      undefined,
    );
  };

  return {
    of: (stream) => homes.get(stream),
    likelyOf: (stream) => homes.get(stream) ?? leastUsed(),
    isHome(stream, slot) {
      const home = homes.get(stream);
      return home === undefined ? slot === leastUsed() : home === slot || !home.ready;
    },
    move(stream, slot) {
      homes.set(stream, slot);
    },
    forget(stream) {
      homes.delete(stream);
    },
  };
}
