import type { JobShares } from './job-shares.js';
import { isEarly, type ScheduledJob } from './scheduled-job.js';
import type { WorkerSlot } from './worker-slot.js';

/** Which jobs are at which process, and the processing time that they take. */
export interface WorkAtSlots {
  at(slot: WorkerSlot): ReadonlySet<ScheduledJob>;
  /** Those that somebody waits for. */
  finalsAt(slot: WorkerSlot): readonly ScheduledJob[];
  /** A process is given a job. */
  begin(job: ScheduledJob, slot: WorkerSlot): void;
  /** The process that a job is at is done with it. */
  end(job: ScheduledJob): void;
}

/** No process has any work yet. What jobs take is charged to `shares`. */
export function createWorkAtSlots(shares: JobShares): WorkAtSlots {
  const atWork = new Map<WorkerSlot, Set<ScheduledJob>>();
  /** When the time of what is at work was last accounted for. */
  const accountedAt = new Map<WorkerSlot, number>();

  const at = (slot: WorkerSlot): Set<ScheduledJob> => {
    let jobs = atWork.get(slot);
    if (!jobs) atWork.set(slot, (jobs = new Set()));
    return jobs;
  };

  /** Those that are decoded together divide the time among them. */
  const account = (slot: WorkerSlot) => {
    const now = performance.now();
    const seconds = (now - (accountedAt.get(slot) ?? now)) / 1000;
    accountedAt.set(slot, now);
    for (const job of at(slot)) job.used += seconds / at(slot).size;
  };

  return {
    at,
    finalsAt: (slot) => [...at(slot)].filter(({ urgent, isEarlyAtWork }) => urgent && !isEarlyAtWork),
    begin(job, slot) {
      account(slot);
      job.slot = slot;
      job.isEarlyAtWork = isEarly(job);
      job.charged = EXPECTED.job + EXPECTED.audioSecond * job.request.newSeconds;
      shares.of(job).begin(job.request.share, job.charged);
      at(slot).add(job);
    },
    end(job) {
      const { slot, charged } = job;
      if (!slot) return;
      account(slot);
      at(slot).delete(job);
      job.isEarlyAtWork = false;
      shares.of(job).end(job.request.share, job.used - charged);
      job.charged = job.used;
    },
  };
}

/** Processing time that a job is expected to take until it is known, seconds: by itself, and for each of audio. */
const EXPECTED = { job: 0.05, audioSecond: 0.1 } as const;
