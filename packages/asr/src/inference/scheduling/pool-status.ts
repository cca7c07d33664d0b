import type { PoolStatus, Share } from '../inference-pool.js';
import type { JobOutcomes } from './job-outcomes.js';
import { waitingJobs, type Schedule } from './schedule.js';
import { isBackground, shareName, type ScheduledJob } from './scheduled-job.js';

/** How busy the processes of a schedule are; with a `share`, the delay of finals is that of the share. */
export function poolStatus(
  schedule: Schedule,
  { delays, waits }: Pick<JobOutcomes, 'delays' | 'waits'>,
  share?: Share,
): PoolStatus {
  const { jobs, slots, work } = schedule;
  const waiting = waitingJobs(schedule).filter((job) => !isBackground(job));
  const finals = waiting.filter(({ urgent }) => urgent).length;
  return {
    ready: slots.some((slot) => slot.ready),
    idle: slots.some((slot) => slot.ready && [...work.at(slot)].every(isInterruptible)),
    waiting: { finals, partials: waiting.length - finals },
    // Finding out sorts the recent finals, and most callers want only one of these.
    get finalDelaySeconds() {
      return share === undefined
        ? Math.max(delays.recentP95(), longestWait([...jobs.values()]))
        : Math.max(delays.recentP95Of(shareName(share)), longestWait(jobsOf(share, schedule)));
    },
    get finalWaitSeconds() {
      const name = shareName(share ?? []);
      const ofShare = waiting.filter(({ request }) => shareName(request.share) === name);
      return Math.max(waits.recentThirdQuartileOf(name), longestWait(ofShare));
    },
  };
}

function isInterruptible(job: ScheduledJob): boolean {
  return isBackground(job) || job.isEarlyAtWork;
}

function jobsOf(share: Share, { jobs }: Schedule): readonly ScheduledJob[] {
  const name = shareName(share);
  return [...jobs.values()].filter(({ request }) => shareName(request.share) === name);
}

/** How long the oldest final that is not over has waited, seconds. */
function longestWait(jobs: readonly ScheduledJob[]): number {
  const now = performance.now();
  return Math.max(0, ...jobs.filter(({ urgent }) => urgent).map(({ dueAt }) => now - dueAt)) / 1000;
}
