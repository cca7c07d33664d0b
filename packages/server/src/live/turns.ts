/** Shares the time of the event loop between those who send messages. */
export interface Turns {
  /**
   * Does `task`: at once if `name` has not used up its time in this turn of the event loop, and otherwise in a later
   * turn. If there is nothing to wait for, returns what the task returns.
   */
  readonly take: (name: string, task: Task) => void | Promise<void>;
}

type Task = () => void | Promise<void>;

/** Time for messages in a turn of the event loop, milliseconds: all who wait share it, but each may begin one message. */
const TURN_MS = 5;

/** Starts with no time used. `now`: milliseconds of a clock that never goes back. */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const waiting = new Map<string, Task[]>();
  const used = new Map<string, number>();
  let isArmed = false;

  const hasTime = (name: string): boolean =>
    (used.get(name) ?? 0) < TURN_MS / Math.max(1, waiting.size + (waiting.has(name) ? 0 : 1));

  const run = (name: string, task: Task): void | Promise<void> => {
    const began = now();
    try {
      return task();
    } finally {
      used.set(name, (used.get(name) ?? 0) + now() - began);
      arm();
    }
  };

  const arm = (): void => {
    if (isArmed) return;
    isArmed = true;
    setImmediate(turn);
  };

  const turn = (): void => {
    isArmed = false;
    used.clear();
    for (const [name, tasks] of [...waiting]) {
      while (tasks.length > 0 && hasTime(name)) void tasks.shift()?.();
      // Those who still wait come after those who have had no time yet, in the next turn.
      waiting.delete(name);
      if (tasks.length > 0) waiting.set(name, tasks);
    }
    if (waiting.size > 0) arm();
  };

  const queue = (name: string, task: Task): void => {
    const tasks = waiting.get(name) ?? [];
    tasks.push(task);
    waiting.set(name, tasks);
    arm();
  };

  return {
    take: (name, task) => {
      if (!waiting.has(name) && hasTime(name)) return run(name, task);
      return new Promise((resolve, reject) => {
        queue(name, () => {
          try {
            resolve(run(name, task));
          } catch (error) {
            reject(error);
          }
        });
      });
    },
  };
}
