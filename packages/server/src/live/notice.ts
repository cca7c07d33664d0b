/** Lets somebody wait for what may happen again and again. */
export interface Notice {
  /** It has happened: whoever waits goes on. */
  readonly give: () => void;
  /** Resolves when it happens the next time. */
  readonly next: () => Promise<void>;
}

/** Starts with nobody waiting. */
export function createNotice(): Notice {
  let waiters: (() => void)[] = [];
  return {
    give: () => {
      const waiting = waiters;
      waiters = [];
      for (const resolve of waiting) resolve();
    },
    next: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
      }),
  };
}
