import { availableParallelism } from 'node:os';
import type { PreparedModel } from '../../families/model-family.js';
import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { InferencePool } from '../inference-pool.js';
import { createSlotPool } from './slot-pool.js';
import { createWorkerSlot } from './worker-slot.js';

/** A pool of supervised inference processes on this machine. */
export interface Scheduler extends InferencePool {
  workers(): readonly WorkerStatus[];
}

/** What the scheduler needs to run its processes. */
export interface SchedulerOptions {
  readonly workers: number;
  readonly model: PreparedModel;
  readonly memoryLimitBytes: number;
  readonly timeoutSeconds: number;
  /** Whether the processes load the lexicon. */
  readonly lexicon: boolean;
  /** Whether terms of the lexicon are weighed by the words around them too. */
  readonly lexiconContext: boolean;
  /** The folder in which what is prepared is kept. */
  readonly cacheDirectory: string;
  readonly onEvent: (event: RecognizerEvent) => void;
  readonly onLoadFailed: (message: string) => void;
  readonly onWorkerReady: () => void;
}

/** Starts the processes and gives them jobs, as a `SlotPool` does. */
export function createScheduler(
  options: SchedulerOptions,
  createSlot = createWorkerSlot,
  cores = availableParallelism(),
): Scheduler {
  const pool = createSlotPool(options.onEvent, cores);
  for (let index = 0; index < options.workers; index++) {
    pool.add((listener) =>
      createSlot(
        { ...options, index },
        {
          ...listener,
          onLoadFailed: options.onLoadFailed,
          onEvent(event) {
            options.onEvent(event);
            if (event.kind === 'worker-ready') options.onWorkerReady();
          },
        },
      ),
    );
  }
  return pool;
}
