import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { InferencePool } from '../inference-pool.js';
import { createDispatch } from './dispatch.js';
import { createJobOutcomes } from './job-outcomes.js';
import { poolStatus } from './pool-status.js';
import { createSchedule } from './schedule.js';
import { createSubmission } from './submission.js';
import type { WorkerSlot, WorkerSlotListener } from './worker-slot.js';

/** A pool of slots, which may come and go. */
export interface SlotPool extends InferencePool {
  workers(): readonly WorkerStatus[];
  /** Takes a slot into use. */
  add(create: (listener: SlotOutcomes) => WorkerSlot): WorkerSlot;
  /** Gives a slot no more jobs. It must have none. */
  remove(slot: WorkerSlot): void;
}

/** What a slot reports about its jobs. */
export type SlotOutcomes = Pick<WorkerSlotListener, 'onRoom' | 'onResult' | 'onReturned'>;

/**
 * Makes a pool without slots, which share so many processor cores. Finals go before partials, and of each those first whose
 * share has used the least. A newer partial of an utterance replaces an older one that waits.
 */
export function createSlotPool(onEvent: (event: RecognizerEvent) => void, cores: number): SlotPool {
  const schedule = createSchedule();
  const { jobs, slots, affinity } = schedule;
  const dispatch = createDispatch(schedule, cores);
  const outcomes = createJobOutcomes(schedule, dispatch, onEvent);
  const listener: SlotOutcomes = {
    onRoom: dispatch.all,
    onResult: outcomes.onResult,
    onReturned: outcomes.onReturned,
  };

  return {
    add(create) {
      const slot = create(listener);
      slots.push(slot);
      return slot;
    },
    remove(slot) {
      slots.splice(slots.indexOf(slot), 1);
      schedule.resting.delete(slot);
    },
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
