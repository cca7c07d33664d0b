import type { JobShares } from './job-shares.js';
import { isEarly, type ScheduledJob } from './scheduled-job.js';
import type { WorkerSlot } from './worker-slot.js';

/** Which jobs each process has, and how much processing time they take. */
export interface WorkAtSlots {
  at(slot: WorkerSlot): ReadonlySet<ScheduledJob>;
  /** The finals at a process, without early ones. */
  finalsAt(slot: WorkerSlot): readonly ScheduledJob[];
  /** Notes that a process is given a job. */
  begin(job: ScheduledJob, slot: WorkerSlot): void;
  /** Notes that the process of a job is done with it. */
  end(job: ScheduledJob): void;
}

/** Starts without work at any process. The processing time of jobs is charged to `shares`. */
export function createWorkAtSlots(shares: JobShares): WorkAtSlots {
  const atWork = new WeakMap<WorkerSlot, Set<ScheduledJob>>();
  /** The time up to which the work of a process has been accounted for. */
  const accountedAt = new WeakMap<WorkerSlot, number>();

  const at = (slot: WorkerSlot): Set<ScheduledJob> => {
    let jobs = atWork.get(slot);
    if (!jobs) atWork.set(slot, (jobs = new Set()));
    return jobs;
  };

  /** Adds the time since the last call to the jobs at a process, in equal parts, as they are decoded together. */
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

/** Processing time that a job is charged before it has run, seconds: for the job itself, and for each second of audio. */
const EXPECTED = { job: 0.05, audioSecond: 0.1 } as const;
