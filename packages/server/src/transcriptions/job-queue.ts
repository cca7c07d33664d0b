import { describeForHttp } from '../errors.js';
import { carryOut, type Outcome, type TranscriptionServices } from './carry-out.js';
import type { JobList } from './job-list.js';
import type { JobTurns } from './job-turns.js';
import { createJob, type Job, type Work } from './job.js';
import type { RecordingSource } from './recording-source.js';
import type { Transcription, TranscriptionOrder } from './transcription.js';

/** Carries out transcriptions that somebody waits for: they end with their server. */
export interface JobQueue {
  /** Those that have not ended. */
  readonly open: () => readonly Job[];
  /** Takes over the source, which is released in any case. */
  readonly submit: (source: RecordingSource, order: TranscriptionOrder) => Transcription;
  readonly cancel: (job: Job) => void;
  readonly isDraining: () => boolean;
  /** Starts none from now on and cancels those that are open; resolves when nothing of them is left on disk. */
  readonly drain: () => Promise<void>;
}

/** Keeps the jobs in `jobs`, and carries each out when its turn comes. */
export function createJobQueue(services: TranscriptionServices, jobs: JobList, turns: JobTurns): JobQueue {
  const { config, log } = services;
  const open = (): readonly Job[] => jobs.withStatus('queued', 'running');
  let draining = false;

  const begin = async (job: Job): Promise<'ran' | 'was gone'> => {
    const { work } = job;
    if (work === undefined) return 'was gone';
    job.state.status = 'running';
    job.state.startedAt = new Date();
    job.released = run(job, work);
    await job.released;
    return 'ran';
  };

  const run = async (job: Job, work: Work): Promise<void> => {
    const outcome = await carryOut(work, services, (share) => {
      job.state.progress = share;
    });
    end(job, outcome);
    await release(work.source);
  };

  const end = (job: Job, outcome: Outcome): void => {
    const { state, work } = job;
    job.work = undefined;
    const retention = config.transcriptionRetentionMinutes * 60_000;
    Object.assign(state, endOf(outcome, draining, retention));
    jobs.forgetLater(job, retention);
    tellEnd(state, services);
    work?.order.onEnd?.(state);
  };

  const cancel = (job: Job): void => {
    const { work, state } = job;
    work?.abort.abort();
    if (work === undefined || state.status !== 'queued') return;
    turns.leave(state.id);
    job.released = release(work.source);
    end(job, { status: 'cancelled' });
  };

  const release = (source: RecordingSource): Promise<void> =>
    source.release().catch((error: unknown) => {
      log.unexpected(error);
    });

  return {
    open,
    submit: (source, order) => {
      const job = createJob(source, order);
      jobs.add(job);
      const { share, cost, isUrgent } = job;
      const waiting = { id: job.state.id, share, cost, isUrgent, isAlone: false, run: () => begin(job) };
      if (draining) cancel(job);
      else turns.enter(waiting);
      return job.state;
    },
    cancel,
    isDraining: () => draining,
    drain: async () => {
      draining = true;
      for (const job of open()) cancel(job);
      await Promise.all(jobs.all().map(({ released }) => released));
    },
  };
}

/** What is told of a transcription that ends now. */
function endOf(outcome: Outcome, draining: boolean, retentionMs: number): Partial<Transcription> {
  const endedAt = new Date();
  const expiresAt = new Date(endedAt.getTime() + retentionMs);
  return { ...resultOf(outcome, draining), status: outcome.status, endedAt, expiresAt };
}

function resultOf(outcome: Outcome, draining: boolean): Partial<Transcription> {
  switch (outcome.status) {
    case 'done': {
      const { damaged, dropped, duration, segments, speakers } = outcome.transcribed;
      const transcript = { duration, segments, ...(speakers && { speakers }) };
      return { progress: 1, audioSeconds: duration, damaged, dropped, transcript };
    }
    case 'failed':
      return { error: outcome.error };
    case 'cancelled':
      return { error: describeForHttp(draining ? 'draining' : 'transcription_cancelled') };
  }
}

/** Logs and counts a transcription that has ended. */
export function tellEnd(
  state: Transcription,
  { log, metrics }: Pick<TranscriptionServices, 'log' | 'metrics'>,
): void {
  const { origin, status, audioSeconds, createdAt, endedAt = createdAt } = state;
  metrics.transcriptionsEnded.inc({ origin, status });
  if (status === 'done') metrics.transcribedSeconds.inc({ origin }, audioSeconds ?? 0);
  log.info('transcription ended', {
    transcription: state.id,
    outcome: status,
    code: state.error?.code,
    audioSeconds,
    seconds: (endedAt.getTime() - createdAt.getTime()) / 1000,
  });
}
