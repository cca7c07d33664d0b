import type { WorkerSlot } from './worker-slot.js';

/** The process that a stream prefers: the one that did its latest job, and keeps its audio and encoder state. */
export interface StreamAffinity {
  /** Undefined if the stream has had no job. */
  of(stream: string): WorkerSlot | undefined;
  /** The process of a stream, or the one that a stream without jobs would get: that with the fewest streams. */
  likelyOf(stream: string): WorkerSlot | undefined;
  /** Whether a job of the stream is best done there; anywhere while its process takes none. */
  isPreferred(stream: string, slot: WorkerSlot): boolean;
  move(stream: string, slot: WorkerSlot): void;
  /** The stream has ended. */
  forget(stream: string): void;
}

/** No stream has a process yet. */
export function createStreamAffinity(slots: readonly WorkerSlot[]): StreamAffinity {
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
    isPreferred(stream, slot) {
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
