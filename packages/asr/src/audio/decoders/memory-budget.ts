/** Memory that decoders may take together, whoever each of them works for. */
export interface MemoryBudget {
  /** Takes part from now on; `onExcess` is called once if what it takes is the most of what is too much together. */
  join(onExcess: () => void): MemoryAccount;
}

/** What one decoder takes, with the programs that run for it. */
interface MemoryAccount {
  /** It takes so much now, bytes. */
  takes(bytes: number): void;
  leave(): void;
}

/** Ends whoever takes the most as soon as all together take more than `mostBytes`. */
export function createMemoryBudget(mostBytes: number): MemoryBudget {
  const taken = new Map<() => void, number>();

  const endLargest = (): void => {
    const all = [...taken];
    const sum = all.reduce((bytes, [, own]) => bytes + own, 0);
    if (sum <= mostBytes) return;
    const [onExcess] = all.reduce((most, each) => (each[1] > most[1] ? each : most));
    // What it has is counted until it has ended, and would be ended for again.
    taken.delete(onExcess);
    onExcess();
  };

  return {
    join(onExcess) {
      const own = () => {
        onExcess();
      };
      taken.set(own, 0);
      return {
        takes(bytes) {
          if (!taken.has(own)) return;
          taken.set(own, bytes);
          endLargest();
        },
        leave() {
          taken.delete(own);
        },
      };
    },
  };
}
