/** Where a source that can wait does so until there is room for more audio. */
export interface Room {
  /** Resolves as soon as there is room. */
  readonly wait: () => Promise<void>;
  /** There may be room now, so those who wait check again. */
  readonly lookAgain: () => void;
}

export function createRoom(hasRoom: () => boolean): Room {
  let waiting: readonly (() => void)[] = [];
  return {
    wait: async () => {
      while (!hasRoom()) await new Promise<void>((resolve) => (waiting = [...waiting, resolve]));
    },
    lookAgain: () => {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
}
