import { availableParallelism } from 'node:os';
import type { PreparedModel } from '../../families/model-family.js';
import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { InferencePool } from '../inference-pool.js';
import { createDispatch } from './dispatch.js';
import { createJobOutcomes } from './job-outcomes.js';
import { poolStatus } from './pool-status.js';
import { createSchedule } from './schedule.js';
import { createSubmission } from './submission.js';
import { createWorkerSlot, type WorkerSlotListener } from './worker-slot.js';

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

/**
 * Starts the processes and gives them jobs: finals before partials, and of each those first whose share has used the
 * least. A newer partial of an utterance replaces an older one that waits.
 */
export function createScheduler(
  options: SchedulerOptions,
  createSlot = createWorkerSlot,
  cores = availableParallelism(),
): Scheduler {
  const schedule = createSchedule();
  const { jobs, slots, affinity } = schedule;
  const dispatch = createDispatch(schedule, cores);
  const outcomes = createJobOutcomes(schedule, dispatch, options.onEvent);
  const listener: WorkerSlotListener = {
    onRoom: dispatch.all,
    onResult: outcomes.onResult,
    onReturned: outcomes.onReturned,
    onLoadFailed: options.onLoadFailed,
    onEvent(event) {
      options.onEvent(event);
      if (event.kind === 'worker-ready') options.onWorkerReady();
    },
  };
  for (let index = 0; index < options.workers; index++)
    slots.push(createSlot({ ...options, index }, listener));

  return {
    submit: createSubmission(schedule, dispatch),
    forget(kept) {
      // All of them: a process that a stream's jobs have moved away from may keep something too.
      for (const slot of slots) slot.forget(kept);
      if ('stream' in kept) affinity.forget(kept.stream);
    },
    status: (share) => poolStatus(schedule, outcomes, share),
    workers: () => slots.map((slot) => slot.status()),
    async close() {
      dispatch.stop();
      jobs.clear();
      await Promise.all(slots.map((slot) => slot.close()));
    },
  };
}
