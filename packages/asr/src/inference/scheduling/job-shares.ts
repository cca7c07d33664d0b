import { createFairShares, type FairShares } from './fair-shares.js';
import { isBackground, type ScheduledJob } from './scheduled-job.js';

/**
 * How much processing time each share has used. Background jobs are counted apart, so that they cost nobody a turn for
 * live speech.
 */
export interface JobShares {
  /** The shares that a job counts against. */
  of(job: ScheduledJob): FairShares;
  /** Negative if the share of `one` is to be served before that of `other`, 0 if neither is. */
  compare(one: ScheduledJob, other: ScheduledJob): number;
}

/** Nobody has used anything yet. */
export function createJobShares(): JobShares {
  const live = createFairShares();
  const background = createFairShares();
  const of = (job: ScheduledJob) => (isBackground(job) ? background : live);
  return {
    of,
    compare: (one, other) => of(one).compare(one.request.share, other.request.share),
  };
}
