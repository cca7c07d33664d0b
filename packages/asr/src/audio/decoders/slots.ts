/** Lets so many do something at a time. */
export interface Slots {
  /**
   * Resolves with what frees the slot, in the order in which they were asked for. `key` names whose it is, for those that wait
   * to be told apart.
   */
  take(key: string | undefined): Promise<() => void>;
  /** How many are taken, and how many wait for one. */
  count(): { readonly running: number; readonly waiting: number };
}

interface Waiting {
  readonly key: string | undefined;
  readonly begin: () => void;
}

/** There are `atATime` of them. */
export function createSlots(atATime: number): Slots {
  const queue: Waiting[] = [];
  let running = 0;
  const startNext = (): void => {
    if (running >= atATime) return;
    const next = queue.shift();
    if (next === undefined) return;
    running += 1;
    next.begin();
  };
  return {
    take: (key) =>
      new Promise((resolve) => {
        let isOver = false;
        const end = (): void => {
          if (isOver) return;
          isOver = true;
          running -= 1;
          startNext();
        };
        queue.push({
          key,
          begin: () => {
            resolve(end);
          },
        });
        startNext();
      }),
    count: () => ({ running, waiting: queue.length }),
  };
}
