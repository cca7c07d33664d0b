import type { InferencePool, SubmittedJob } from '../inference-pool.js';
import type { Dispatch } from './dispatch.js';
import type { Schedule } from './schedule.js';
import { isPartial, newScheduledJob, type ScheduledJob } from './scheduled-job.js';

/** Takes jobs into a schedule; a newer partial replaces an older one that still waits. */
export function createSubmission(
  schedule: Schedule,
  dispatch: Pick<Dispatch, 'all'>,
): InferencePool['submit'] {
  let nextId = 1;
  return (request, owner) => {
    if (request.replaces !== undefined) dropReplaced(request.replaces, schedule);
    const job = newScheduledJob(nextId++, request, owner);
    schedule.jobs.set(job.id, job);
    schedule.shares.of(job).enter(request.share);
    dispatch.all();
    return submitted(job, schedule, dispatch);
  };
}

function dropReplaced(replaces: string, { jobs, shares }: Schedule): void {
  for (const [id, job] of jobs) {
    if (job.request.replaces !== replaces || job.slot || job.urgent) continue;
    jobs.delete(id);
    shares.of(job).leave(job.request.share);
    job.owner.onLost({ reason: 'replaced' });
  }
}

function submitted(
  job: ScheduledJob,
  { jobs, shares, work }: Schedule,
  dispatch: Pick<Dispatch, 'all'>,
): SubmittedJob {
  const { id } = job;
  return {
    get started() {
      return job.slot !== undefined;
    },
    cancel() {
      if (!jobs.delete(id)) return;
      const { slot } = job;
      if (slot) work.end(job);
      else shares.of(job).leave(job.request.share);
      slot?.cancel(id);
    },
    promote() {
      if (!isPartial(job) || !jobs.has(id)) return;
      job.urgent = true;
      if (job.slot) job.slot.promote(id);
      else dispatch.all();
    },
  };
}
