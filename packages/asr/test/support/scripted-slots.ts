import type { RecognitionJob } from '../../src/inference/messages/recognition-job.js';
import type {
  createWorkerSlot,
  WorkerSlot,
  WorkerSlotListener,
} from '../../src/inference/scheduling/worker-slot.js';
import { NOTHING_HEARD } from './nothing-heard.js';

/** A slot without a process. The test decides when a job ends, and when the process crashes. */
export interface ScriptedSlot {
  readonly slot: WorkerSlot;
  /** Unfinished jobs by id. */
  readonly jobs: ReadonlyMap<number, RecognitionJob>;
  /** All jobs so far, in order. The lists below tell what was done to them. */
  readonly assigned: readonly RecognitionJob[];
  readonly cancelled: readonly number[];
  readonly promoted: readonly number[];
  readonly forgotten: readonly string[];
  /** Whether it stands still now. */
  readonly isPaused: () => boolean;
  /** Ends the oldest job, or the one given. */
  finish(id?: number): void;
  /** Gives all jobs back. */
  crash(): void;
  setReady(ready: boolean): void;
}

/** `create` replaces `createWorkerSlot`; `slots` holds the slots that it made, in order. */
export function scriptSlots(): {
  readonly slots: readonly ScriptedSlot[];
  readonly create: typeof createWorkerSlot;
} {
  const slots: ScriptedSlot[] = [];
  return {
    slots,
    create(_options, listener) {
      const scripted = scriptSlot(listener);
      slots.push(scripted);
      return scripted.slot;
    },
  };
}

function scriptSlot(listener: WorkerSlotListener): ScriptedSlot {
  const jobs = new Map<number, RecognitionJob>();
  const assigned: RecognitionJob[] = [];
  const cancelled: number[] = [];
  const promoted: number[] = [];
  const forgotten: string[] = [];
  let ready = true;
  let paused = false;
  return {
    slot: {
      get ready() {
        return ready;
      },
      assign(job) {
        jobs.set(job.id, job);
        assigned.push(job);
      },
      cancel(id) {
        cancelled.push(id);
        jobs.delete(id);
        listener.onRoom();
      },
      promote: (id) => promoted.push(id),
      pause() {
        paused = true;
      },
      goOn() {
        paused = false;
      },
      forget(kept) {
        if ('window' in kept) forgotten.push(kept.window);
      },
      status: () => ({ pid: 1, state: 'ready', residentBytes: 0, restarts: 0, jobs: jobs.size }),
      close: () => Promise.resolve(),
    },
    jobs,
    assigned,
    cancelled,
    promoted,
    forgotten,
    isPaused: () => paused,
    finish(id = jobs.keys().next().value) {
      if (id === undefined || !jobs.delete(id)) return;
      listener.onResult(id, NOTHING_HEARD, 0.1);
      listener.onRoom();
    },
    crash() {
      const undone = [...jobs.keys()];
      jobs.clear();
      listener.onReturned(undone);
    },
    setReady(next) {
      ready = next;
      if (ready) listener.onRoom();
    },
  };
}
