import { createJobShares, type JobShares } from './job-shares.js';
import type { ScheduledJob } from './scheduled-job.js';
import { createStreamAffinity, type StreamAffinity } from './stream-affinity.js';
import { createWorkAtSlots, type WorkAtSlots } from './work-at-slots.js';
import type { WorkerSlot } from './worker-slot.js';

/** The state that the parts of the scheduler share: the jobs, the processes, and which process has which job. */
export interface Schedule {
  /** Jobs that are not over, by number, the oldest first. */
  readonly jobs: Map<number, ScheduledJob>;
  readonly slots: WorkerSlot[];
  readonly shares: JobShares;
  readonly work: WorkAtSlots;
  readonly affinity: StreamAffinity;
  /** Processes that do no partials for a while, so that finals find them free. */
  readonly resting: Set<WorkerSlot>;
}

/** Makes an empty schedule; its slots are added later. */
export function createSchedule(): Schedule {
  const slots: WorkerSlot[] = [];
  const shares = createJobShares();
  return {
    jobs: new Map(),
    slots,
    shares,
    work: createWorkAtSlots(shares),
    affinity: createStreamAffinity(slots),
    resting: new Set(),
  };
}

/** Jobs that no process has. */
export function waitingJobs({ jobs }: Schedule): readonly ScheduledJob[] {
  return [...jobs.values()].filter(({ slot }) => slot === undefined);
}
