import type { WorkerStatus } from '../../recognizer/recognizer.js';
import type { JobPhases, RecognitionResult } from '../messages/recognition-job.js';
import type { ToHosted, ToWorker } from '../messages/worker-messages.js';
import { createAssignedJobs } from './assigned-jobs.js';
import { createToldNames } from './told-names.js';
import type { SlotOutcomes } from './slot-pool.js';
import type { WorkerSlot } from './worker-slot.js';

/** A slot over a process that somebody else supervises, and what is heard of that process. */
export interface JoinedSlot {
  readonly slot: WorkerSlot;
  /** Numbers of the jobs that it has, and since when each, milliseconds of `performance.now()`. */
  jobs(): ReadonlyMap<number, number>;
  /** Notes how many jobs it may have at a time; 0 while it takes none. */
  setRoom(most: number): void;
  /** How many jobs it may have at a time. */
  room(): number;
  onResult(id: number, result: RecognitionResult, runSeconds: number, phases?: JobPhases): void;
  /** The process lacks audio of a job, which is then sent with all of its audio. */
  onAudioMissing(id: number): void;
  /** The process does not do these jobs. */
  giveBack(ids: readonly number[], cause?: 'blameless'): void;
  /** Nothing that the process was sent is there any more: all of its jobs are given back. */
  reset(cause?: 'blameless'): void;
}

/** Makes a slot that takes no jobs yet. `send` reaches the process, in order, or is followed by `reset`. */
export function createJoinedSlot(listener: SlotOutcomes, send: (message: ToHosted) => void): JoinedSlot {
  const since = new Map<number, number>();
  const sendToProcess = (message: ToWorker) => {
    if (message.type !== 'load' && message.type !== 'ping') send(message);
  };
  const names = createToldNames(sendToProcess);
  const jobs = createAssignedJobs(names, sendToProcess);
  let most = 0;

  const remove = (id: number): boolean => {
    since.delete(id);
    return jobs.delete(id);
  };

  const giveBack = (ids: readonly number[], cause?: 'blameless') => {
    const returned = ids.filter(remove);
    if (returned.length > 0) listener.onReturned(returned, cause);
  };

  return {
    slot: {
      get ready() {
        return most > 0;
      },
      get isFull() {
        return jobs.count >= most;
      },
      assign(job, named) {
        since.set(job.id, performance.now());
        jobs.assign(job, named);
      },
      cancel(id) {
        if (!remove(id)) return;
        send({ type: 'cancel', id });
        listener.onRoom();
      },
      promote(id) {
        send({ type: 'promote', id });
      },
      pause: () => undefined,
      goOn: () => undefined,
      forget: names.forget,
      status: (): WorkerStatus => ({
        pid: undefined,
        state: most > 0 ? 'ready' : 'backing-off',
        residentBytes: 0,
        restarts: 0,
        jobs: jobs.count,
      }),
      close: () => Promise.resolve(),
    },
    jobs: () => since,
    room: () => most,
    setRoom(next) {
      const hadRoom = jobs.count < most;
      most = next;
      if (!hadRoom && jobs.count < most) listener.onRoom();
    },
    onResult(id, result, runSeconds, phases) {
      if (remove(id)) listener.onResult(id, result, runSeconds, phases);
      listener.onRoom();
    },
    onAudioMissing(id) {
      if (!jobs.sendWhole(id)) {
        since.delete(id);
        listener.onReturned([id]);
      }
    },
    giveBack,
    reset(cause) {
      names.clear();
      giveBack([...since.keys()], cause);
    },
  };
}
