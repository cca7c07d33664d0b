/** Memory that all decoders may take together. */
export interface MemoryBudget {
  /**
   * Opens an account; `onExcess` is called once, if all accounts together take too much and this one takes the most.
   */
  join(onExcess: () => void): MemoryAccount;
}

/** The memory of one decoder, with the programs that run for it. */
interface MemoryAccount {
  /** Reports how much it takes now, bytes. */
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
    // Otherwise its memory would count until the process has ended, and it would be ended again.
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
