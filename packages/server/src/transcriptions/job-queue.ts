import { createFairShares } from '@auscult/asr';
import { describeForHttp } from '../errors.js';
import { carryOut, type Outcome, type TranscriptionServices } from './carry-out.js';
import type { JobList } from './job-list.js';
import { createJob, type Job, type Work } from './job.js';
import type { RecordingSource } from './recording-source.js';
import type { Transcription, TranscriptionOrder } from './transcription.js';

/** Carries out transcriptions, a few at a time. */
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

/**
 * Keeps the jobs in `jobs`. `transcriptionsAtATime` run together: tenants, and their members, take turns by the amount of
 * audio that was heard for each, and the orders of one owner run in the order in which they came. Urgent ones wait for nobody.
 */
export function createJobQueue(services: TranscriptionServices, jobs: JobList): JobQueue {
  const { config, log, metrics } = services;
  const shares = createFairShares();
  const open = (): readonly Job[] => jobs.withStatus('queued', 'running');
  const runningInTurn = (): number => jobs.withStatus('running').filter(({ isUrgent }) => !isUrgent).length;
  let draining = false;

  const startNext = (): void => {
    for (const state of ['queued', 'running'] as const)
      metrics.transcriptionsOpen.set({ state }, jobs.withStatus(state).length);
    const queued = jobs.withStatus('queued');
    const next = queued.find(({ isUrgent }) => isUrgent) ?? firstInTurn(queued, shares);
    if (draining || next?.work === undefined) return;
    if (!next.isUrgent && runningInTurn() >= config.transcriptionsAtATime) return;
    shares.begin(next.share, next.cost);
    next.state.status = 'running';
    next.state.startedAt = new Date();
    next.released = run(next, next.work);
    startNext();
  };

  const run = async (job: Job, work: Work): Promise<void> => {
    const outcome = await carryOut(work, services, (share) => {
      job.state.progress = share;
    });
    end(job, outcome);
    await release(work.source);
  };

  const end = (job: Job, outcome: Outcome): void => {
    const { state, work, share } = job;
    job.work = undefined;
    if (state.status === 'running') shares.end(share, 0);
    else shares.leave(share);
    const retention = config.transcriptionRetentionMinutes * 60_000;
    Object.assign(state, endOf(outcome, draining, retention));
    jobs.forgetLater(job, retention);
    tellEnd(state, services);
    work?.order.onEnd?.(state);
    startNext();
  };

  const cancel = (job: Job): void => {
    const { work, state } = job;
    work?.abort.abort();
    if (work === undefined || state.status !== 'queued') return;
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
      shares.enter(job.share);
      if (draining) cancel(job);
      else startNext();
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

function firstInTurn(queued: readonly Job[], shares: ReturnType<typeof createFairShares>): Job | undefined {
  return queued.reduce<Job | undefined>(
    (first, job) => (first && shares.compare(first.share, job.share) <= 0 ? first : job),
    undefined,
  );
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

function tellEnd(state: Transcription, { log, metrics }: TranscriptionServices): void {
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
