import { createFairShares } from '@auscult/asr';
import type { PlaceHolder } from '../access/shared-places.js';
import { describeForHttp } from '../errors.js';
import { carryOut, type Outcome, type TranscriptionServices } from './carry-out.js';
import { createJobList } from './job-list.js';
import { createJob, type Job, type Work } from './job.js';
import { createPlaces, type Reservation } from './places.js';
import type { RecordingSource } from './recording-source.js';
import type { Transcription, TranscriptionOrder } from './transcription.js';

/** Room for one transcription. */
export interface Place extends Reservation {
  /** Takes over the source, which is released in any case. */
  readonly submit: (source: RecordingSource, order: TranscriptionOrder) => Transcription;
}

/** All transcriptions of whole recordings: those that wait, run, or ended recently. */
export interface Transcriptions {
  /**
   * Reserves room for one more transcription of `who`; undefined if there is none, if others have a better claim to the rest,
   * or if no more are taken. The room of a slow upload may be given to somebody who holds less.
   */
  readonly reserve: (who: PlaceHolder) => Place | undefined;
  /** The newest first. */
  readonly list: () => readonly Transcription[];
  readonly get: (id: string) => Transcription | undefined;
  /** Cancels one that has not ended, and forgets one that has. Tells whether there is one. */
  readonly remove: (id: string) => boolean;
  /** Takes no more and cancels those that have not ended; resolves when nothing of them is left on disk. */
  readonly drain: () => Promise<void>;
}

/**
 * Starts without transcriptions. `transcriptionsAtATime` of them run together. Tenants, and their members, take turns by the
 * amount of audio that was heard for each; the orders of one owner run in the order in which they came.
 */
export function createTranscriptions(services: TranscriptionServices): Transcriptions {
  const { config, log, metrics } = services;
  const jobs = createJobList();
  const shares = createFairShares();
  const open = (): readonly Job[] => jobs.withStatus('queued', 'running');
  const places = createPlaces(config.maxTranscriptionJobs, () => open().map(({ state }) => state.ownership));
  let draining = false;

  const startNext = (): void => {
    for (const state of ['queued', 'running'] as const)
      metrics.transcriptionsOpen.set({ state }, jobs.withStatus(state).length);
    const next = jobs
      .withStatus('queued')
      .reduce<Job | undefined>(
        (first, job) => (first && shares.compare(first.share, job.share) <= 0 ? first : job),
        undefined,
      );
    if (draining || next?.work === undefined) return;
    if (jobs.withStatus('running').length >= config.transcriptionsAtATime) return;
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

  const cancel = (job: Job): void => {
    const { work, state } = job;
    work?.abort.abort();
    if (work === undefined || state.status !== 'queued') return;
    job.released = release(work.source);
    end(job, { status: 'cancelled' });
  };

  const end = (job: Job, outcome: Outcome): void => {
    const { state, work, share } = job;
    job.work = undefined;
    if (state.status === 'running') shares.end(share, 0);
    else shares.leave(share);
    const retention = config.transcriptionRetentionMinutes * 60_000;
    const endedAt = new Date();
    const result = resultOf(outcome, draining);
    const { status } = outcome;
    Object.assign(state, { ...result, status, endedAt, expiresAt: new Date(endedAt.getTime() + retention) });
    jobs.forgetLater(job, retention);
    tellEnd(state, services);
    work?.order.onEnd?.(state);
    startNext();
  };

  const release = (source: RecordingSource): Promise<void> =>
    source.release().catch((error: unknown) => {
      log.unexpected(error);
    });

  const submit = (source: RecordingSource, order: TranscriptionOrder): Transcription => {
    const job = createJob(source, order);
    jobs.add(job);
    shares.enter(job.share);
    if (draining) cancel(job);
    else startNext();
    return job.state;
  };

  return {
    reserve: (who) => {
      const place = draining ? undefined : places.reserve(who);
      return (
        place && {
          ...place,
          submit: (source, order) => {
            place.leave();
            return submit(source, order);
          },
        }
      );
    },
    list: () =>
      jobs
        .all()
        .map(({ state }) => state)
        .reverse(),
    get: (id) => jobs.get(id)?.state,
    remove: (id) => {
      const job = jobs.get(id);
      if (job === undefined) return false;
      if (job.state.endedAt === undefined) cancel(job);
      else jobs.forget(id);
      return true;
    },
    drain: async () => {
      draining = true;
      for (const job of open()) cancel(job);
      await Promise.all(jobs.all().map(({ released }) => released));
    },
  };
}

/** The part of a transcription's state that follows from its outcome. */
function resultOf(outcome: Outcome, draining: boolean): Partial<Transcription> {
  switch (outcome.status) {
    case 'done': {
      const { damaged, dropped, duration, segments } = outcome.transcribed;
      return { progress: 1, audioSeconds: duration, damaged, dropped, transcript: { duration, segments } };
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
