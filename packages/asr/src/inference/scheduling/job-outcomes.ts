import type { RecognizerEvent } from '../../recognizer/recognizer.js';
import type { JobTimes } from '../inference-pool.js';
import type { JobPhases } from '../messages/recognition-job.js';
import type { Dispatch } from './dispatch.js';
import { createFinalDelays, type FinalDelays } from './final-delays.js';
import { createPartialRest } from './partial-rest.js';
import type { Schedule } from './schedule.js';
import { isBackground, isPartial, MAX_ATTEMPTS, shareName, type ScheduledJob } from './scheduled-job.js';
import type { WorkerSlotListener } from './worker-slot.js';

/** Handles what processes report about their jobs. */
export interface JobOutcomes extends Pick<WorkerSlotListener, 'onResult' | 'onReturned'> {
  /** How long recent finals took. */
  readonly delays: Pick<FinalDelays, 'recentP95' | 'recentP95Of'>;
  /** How long recent finals waited until a process began them. */
  readonly waits: Pick<FinalDelays, 'recentThirdQuartileOf'>;
}

/** Tells the owners of jobs the outcomes, and has failed jobs that must have a result tried again. */
export function createJobOutcomes(
  schedule: Schedule,
  dispatch: Pick<Dispatch, 'all'>,
  onEvent: (event: RecognizerEvent) => void,
): JobOutcomes {
  const { jobs, slots, shares, work } = schedule;
  const rest = createPartialRest(schedule, dispatch);
  const delays = createFinalDelays();
  const waits = createFinalDelays();

  const noteDelay = (job: ScheduledJob, runSeconds: number) => {
    const { share, stream } = job.request;
    const seconds = (performance.now() - job.dueAt) / 1000;
    const final = { share: shareName(share), stream, used: job.used };
    delays.add({ ...final, seconds });
    waits.add({ ...final, seconds: seconds - runSeconds });
  };

  /** Puts a failed job back to wait for another process if it must have a result; returns whether it did. */
  const triesAgain = (job: ScheduledJob, isBlameless: boolean): boolean => {
    const worker = job.slot ? slots.indexOf(job.slot) : -1;
    work.end(job);
    job.slot = undefined;
    if (!isBlameless) job.attempts++;
    if (!mustCome(job) || job.attempts >= MAX_ATTEMPTS) return false;
    job.used = 0;
    shares.of(job).enter(job.request.share);
    onEvent({ kind: 'job-retried', worker });
    return true;
  };

  const lose = (job: ScheduledJob) => {
    const { attempts } = job;
    jobs.delete(job.id);
    if (mustCome(job)) onEvent({ kind: 'job-lost', attempts });
    job.owner.onLost(mustCome(job) ? { reason: 'failed', attempts } : { reason: 'interrupted' });
  };

  return {
    delays,
    waits,
    onResult(id, result, runSeconds, phases) {
      const job = jobs.get(id);
      if (!job) return;
      const { slot, isEarlyAtWork } = job;
      jobs.delete(id);
      work.end(job);
      if (isPartial(job)) {
        if (slot) rest(slot, waits.recentP95Of(shareName(job.request.share)));
      } else if (job.urgent && !isEarlyAtWork) noteDelay(job, runSeconds);
      onEvent(finishedEvent(job, runSeconds));
      const worker = slot ? slots.indexOf(slot) : -1;
      job.owner.onResult(result, timesOf(job, worker, runSeconds, phases));
    },
    onReturned(ids, cause) {
      for (const id of ids) {
        const job = jobs.get(id);
        if (job && !triesAgain(job, cause === 'blameless')) lose(job);
      }
      dispatch.all();
    },
  };
}

function timesOf(
  { submittedAt, attempts }: ScheduledJob,
  worker: number,
  runSeconds: number,
  phases: JobPhases | undefined,
): JobTimes {
  return { submittedAt, doneAt: performance.now(), runSeconds, phases, worker, attempts: attempts + 1 };
}

/** Whether a job must have a result. A partial need not. */
function mustCome(job: ScheduledJob): boolean {
  return job.urgent || isBackground(job);
}

function finishedEvent({ urgent, request, submittedAt }: ScheduledJob, runSeconds: number): RecognizerEvent {
  const totalSeconds = (performance.now() - submittedAt) / 1000;
  return {
    kind: 'job-finished',
    priority: urgent ? 'final' : request.priority,
    waitSeconds: Math.max(0, totalSeconds - runSeconds),
    runSeconds,
    audioSeconds: request.newSeconds,
  };
}
