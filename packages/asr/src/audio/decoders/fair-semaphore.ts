/** Limits how many do something at a time. */
export interface FairSemaphore {
  /**
   * Resolves with a function that frees the place. `key` names whose it is. Of those who wait, whoever has the fewest
   * places now goes first, and among equals whoever has waited longest since their last one. Several requests with one
   * key are served in their order.
   */
  take(key: string | undefined): Promise<() => void>;
  /** How many places are taken, and how many requests wait for one. */
  count(): { readonly running: number; readonly waiting: number };
}

interface Waiting {
  readonly key: string | undefined;
  readonly begin: () => void;
}

/** Makes `atATime` places. */
export function createFairSemaphore(atATime: number): FairSemaphore {
  const queue: Waiting[] = [];
  /** By key, for those who have a place or wait for one. */
  const takenOf = new Map<string | undefined, { running: number; began: number }>();
  let running = 0;
  let begun = 0;
  const had = (key: string | undefined) => takenOf.get(key) ?? { running: 0, began: 0 };
  const goesBefore = (one: Waiting, other: Waiting): boolean => {
    const [mine, theirs] = [had(one.key), had(other.key)];
    return mine.running < theirs.running || (mine.running === theirs.running && mine.began < theirs.began);
  };
  const count = (key: string | undefined, change: 1 | -1): void => {
    const now = { running: had(key).running + change, began: change > 0 ? ++begun : had(key).began };
    if (now.running > 0 || queue.some((waiting) => waiting.key === key)) takenOf.set(key, now);
    else takenOf.delete(key);
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
