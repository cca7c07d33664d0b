import type { InferencePool } from '../inference/inference-pool.js';

/** The window of a stream whose encoder state workers may keep: one at a time. */
export interface KeptWindow {
  /** All jobs from here on are of the window `id`; gives the name that workers know it by. */
  enter(id: number): string;
  /** A job of the window `id` is done, and its state was kept. */
  settle(id: number): void;
  /** Whether the latest job that kept a state was of the window `id`. */
  hasStateOf(id: number): boolean;
  /** No job of the window will come. */
  leave(): void;
}

/** Keeps none so far. */
export function createKeptWindow(pool: Pick<InferencePool, 'forget'>, stream: string): KeptWindow {
  let entered: number | undefined;
  /** The window of the latest job that kept its state. */
  let stateOf: number | undefined;

  const nameOf = (id: number) => `${stream}/${id}`;

  const leave = () => {
    if (entered !== undefined) pool.forget({ window: nameOf(entered) });
  };

  return {
    enter(id) {
      if (entered !== id) leave();
      entered = id;
      return nameOf(id);
    },
    settle(id) {
      stateOf = id;
    },
    hasStateOf: (id) => stateOf === id,
    leave,
  };
}
