/** Lets so many do something at a time. */
export interface Slots {
  /**
   * Resolves with what frees the slot. `key` names whose it is: of those who wait, the one goes first who has the fewest slots
   * now, and of these the one who has waited longest since the last; who has asked for several gets them in that order.
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
  /** Slots of those that wait or have one. */
  const slotsOf = new Map<string | undefined, { running: number; began: number }>();
  let running = 0;
  let begun = 0;
  const had = (key: string | undefined) => slotsOf.get(key) ?? { running: 0, began: 0 };
  const goesBefore = (one: Waiting, other: Waiting): boolean => {
    const [mine, theirs] = [had(one.key), had(other.key)];
    return mine.running < theirs.running || (mine.running === theirs.running && mine.began < theirs.began);
  };
  const count = (key: string | undefined, change: 1 | -1): void => {
    const now = { running: had(key).running + change, began: change > 0 ? ++begun : had(key).began };
    if (now.running > 0 || queue.some((waiting) => waiting.key === key)) slotsOf.set(key, now);
    else slotsOf.delete(key);
    running += change;
  };
  const startNext = (): void => {
    if (running >= atATime) return;
    if (queue.length === 0) return;
    const next = queue.reduce((first, each) => (goesBefore(each, first) ? each : first));
    queue.splice(queue.indexOf(next), 1);
    count(next.key, 1);
    next.begin();
  };
  return {
    take: (key) =>
      new Promise((resolve) => {
        let isOver = false;
        const end = (): void => {
          if (isOver) return;
          isOver = true;
          count(key, -1);
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
