import type { SharedInput } from './shared-input.js';

/** How a target is fuzzed. */
export interface Plan {
  readonly target: string;
  /** The same seed draws the same inputs again, as long as the code that is fuzzed stays the same. */
  readonly seed: number;
  /** The run ends after so many inputs … */
  readonly runs: number;
  /** … or after so many seconds. */
  readonly seconds: number;
}

/** What the worker is started with. */
export interface WorkerData {
  readonly plan: Plan;
  readonly memory: SharedInput['memory'];
}

/** An input that shows that something is wrong. */
export interface Finding {
  readonly input: Uint8Array;
  /** What happened, and where in the code. */
  readonly what: string;
}

/** How far a run has come. */
export interface Progress {
  readonly runs: number;
  /** Inputs that led somewhere new. */
  readonly corpus: number;
  /** Places in the code that were reached. */
  readonly places: number;
}

/** A message of the worker. */
export type WorkerMessage =
  | ({ readonly kind: 'progress' } & Progress)
  | ({ readonly kind: 'finding' } & Finding)
  /** With the inputs that together reach what was reached, the shortest first. */
  | ({ readonly kind: 'done'; readonly kept: readonly Uint8Array[] } & Progress);
