/** Destroys sessions; requests that come at about the same time share one destruction. */
export interface SharedDestruction {
  /** Rejects with the error of `commit`, or else with that of the destruction. */
  readonly whileDestroying: (sessionIds: readonly string[], commit: () => Promise<void>) => Promise<void>;
  /** Resolves when no request waits any more. */
  readonly settled: () => Promise<void>;
}

interface Waiting {
  readonly sessionIds: readonly string[];
  readonly commit: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** `destroy` must destroy the sessions of a group by calling `commit`; it is called for one group after the other. */
export function createSharedDestruction(
  destroy: (sessionIds: readonly string[], commit: () => Promise<void>) => Promise<void>,
): SharedDestruction {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    // Wait for the other requests of the same turn of the event loop.
    await Promise.resolve();
    while (waiting.length > 0) {
      const together = waiting;
      waiting = [];
      await destroyTogether(together);
    }
    running = undefined;
  };

  const destroyTogether = async (together: readonly Waiting[]): Promise<void> => {
    const ids = together.flatMap(({ sessionIds }) => sessionIds);
    let outcomes: readonly PromiseSettledResult<void>[] | undefined;
    const commit = async (): Promise<void> => {
      outcomes = await Promise.allSettled(together.map((each) => each.commit()));
    };
    const [destruction] = await Promise.allSettled([destroy(ids, commit)]);
    for (const [index, { resolve, reject }] of together.entries()) {
      const outcome = outcomes?.[index];
      if (outcome?.status === 'rejected') reject(outcome.reason);
      else if (destruction.status === 'fulfilled') resolve();
      else reject(destruction.reason);
    }
  };

  return {
    whileDestroying: (sessionIds, commit) =>
      new Promise((resolve, reject) => {
        waiting.push({ sessionIds, commit, resolve, reject });
        running ??= run();
      }),
    settled: async () => {
      await running;
    },
  };
}
