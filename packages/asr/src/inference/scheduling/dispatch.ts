import { crowdsIn } from './crowds.js';
import { nextFor, ownFinalFor } from './next-job.js';
import { createPauses } from './pauses.js';
import type { Schedule } from './schedule.js';
import { jobToSend, type ScheduledJob } from './scheduled-job.js';
import type { WorkerSlot } from './worker-slot.js';

/** Gives jobs to processes. */
export interface Dispatch {
  /** Gives each process as many jobs as it takes now. */
  readonly all: () => void;
  /** Stops giving out jobs. */
  stop(): void;
}

/** Gives out the jobs of a schedule to processes that share so many processor cores. */
export function createDispatch(schedule: Schedule, cores: number): Dispatch {
  const { jobs, slots, work, affinity } = schedule;
  const pauses = createPauses(schedule, cores);
  let stopped = false;

  const all = () => {
    // A process that is free must not take a final from another that is free too and keeps its encoding.
    for (const slot of slots) fill(slot, ownFinalFor);
    for (const slot of slots) fill(slot, nextFor);
    pauses.update();
  };

  const fill = (slot: WorkerSlot, choose: typeof nextFor) => {
    while (slot.ready && slot.isFull !== true && !stopped) {
      const next = choose(slot, schedule);
      if (!next) return;
      begin(next, slot);
    }
  };

  const begin = (job: ScheduledJob, slot: WorkerSlot) => {
    const { stream, window, keyTerms } = job.request;
    work.begin(job, slot);
    if (job.isEarlyAtWork) setTimeout(hasten, job.dueAt - performance.now(), job).unref();
    const home = affinity.of(stream);
    if (home !== slot && window !== undefined) home?.forget({ window });
    affinity.move(stream, slot);
    slot.assign(jobToSend(job, crowdsIn(schedule).areBeside(job)), { audio: job.owner.audio, keyTerms });
  };

  /** Makes an early final urgent once its words would have been spoken. */
  const hasten = (job: ScheduledJob) => {
    if (!job.isEarlyAtWork || !job.slot || !jobs.has(job.id)) return;
    job.isEarlyAtWork = false;
    job.slot.promote(job.id);
    all();
  };

  return {
    all,
    stop() {
      stopped = true;
      pauses.stop();
    },
  };
}
