/** Waiting work of several owners, each of whom gets the same share, however much they bring. */
export interface FairQueue<Work> {
  readonly add: (owner: string, cost: number, work: Work) => void;
  /** Takes the work that is to be done next. */
  readonly take: () => Work | undefined;
  /** Empties the queue. */
  readonly takeAll: () => readonly Work[];
}

interface Waiting<Work> {
  readonly work: Work;
  readonly owner: string;
  /**
   * When it would begin and end, in units of cost, if all owners were served at the same time and at the same speed.
   */
  readonly begin: number;
  readonly end: number;
}

/** Start-time fair queueing (Goyal, Vin and Cheng 1996): work of an owner is in the order in which it came. */
export function createFairQueue<Work>(): FairQueue<Work> {
  let waiting: readonly Waiting<Work>[] = [];
  /** The virtual time at which the latest work of each owner ends. */
  const ends = new Map<string, number>();
  let now = 0;

  return {
    add(owner, cost, work) {
      const begin = Math.max(now, ends.get(owner) ?? 0);
      const end = begin + cost;
      ends.set(owner, end);
      waiting = [...waiting, { work, owner, begin, end }];
    },
    take() {
      if (waiting.length === 0) {
        ends.clear();
        now = 0;
        return undefined;
      }
      const next = waiting.reduce((first, each) => (each.begin < first.begin ? each : first));
      waiting = waiting.filter((each) => each !== next);
      now = next.begin;
      return next.work;
    },
    takeAll() {
      const all = waiting.map(({ work }) => work);
      waiting = [];
      return all;
    },
  };
}
