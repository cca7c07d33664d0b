import type { Schedule } from './schedule.js';
import { isBackground, shareName, type ScheduledJob } from './scheduled-job.js';

/** Which shares have many more live jobs than others. */
export interface Crowds {
  /** Whether the share of `other` is a crowd to that of `job`. */
  readonly isBeside: (job: ScheduledJob, other: ScheduledJob) => boolean;
  /** Whether any share is a crowd to that of `job`. */
  readonly areBeside: (job: ScheduledJob) => boolean;
}

/** Those of now, by the jobs that wait or are at work. */
export function crowdsIn({ jobs }: Pick<Schedule, 'jobs'>): Crowds {
  const counts = new Map<string, number>();
  for (const job of jobs.values()) {
    if (isBackground(job)) continue;
    const name = shareName(job.request.share);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const countOf = (job: ScheduledJob) => counts.get(shareName(job.request.share)) ?? 0;
  const largest = Math.max(...counts.values());
  return {
    isBeside: (job, other) => countOf(other) >= CROWD * countOf(job),
    areBeside: (job) => largest >= CROWD * countOf(job),
  };
}

/** A share with so many times the jobs of another is a crowd to it (bench `attack`, `fast-sessions`). */
const CROWD = 3;
