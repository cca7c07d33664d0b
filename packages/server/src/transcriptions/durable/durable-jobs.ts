import { atMost } from '../../at-most.js';
import { shareOf } from '../../access/identity.js';
import type { PlaceHolder } from '../../access/shared-places.js';
import { WRITE_PATIENCE } from '../../db/commit-queue.js';
import { tellEnd } from '../job-queue.js';
import type { JobTurns } from '../job-turns.js';
import type { Transcription } from '../transcription.js';
import { createArrivingJobs, type ArrivingJobs, type EndListener } from './arriving-jobs.js';
import { createJobRemains, type RemainsServices } from './job-remains.js';
import { JobLostError } from './job-store.js';
import type { JobRow } from './job-rows.js';
import { transcriptionOf } from './job-transcription.js';
import { runJob, type RunningJob, type RunServices } from './run-job.js';

/** What durable jobs need from the server. */
export interface DurableServices extends RunServices, RemainsServices {
  readonly turns: JobTurns;
}

/** Transcriptions that outlive the server that took them, and are carried out by whichever server gets to them. */
export interface DurableJobs extends Pick<ArrivingJobs, 'arrive'> {
  readonly holders: () => Promise<readonly PlaceHolder[]>;
  /** Those of a tenant, the newest first, without transcripts. */
  readonly list: (tenant: string) => Promise<readonly Transcription[]>;
  readonly find: (id: string) => Promise<Transcription | undefined>;
  /** As `find`, with the transcript. */
  readonly read: (id: string) => Promise<Transcription | undefined>;
  /** Cancels one that has not ended, and forgets one that has. Tells whether there is one. */
  readonly remove: (id: string) => Promise<boolean>;
  /** Carries jobs out from now on, once recognition is warm. */
  readonly begin: () => void;
  /** Begins no more, and gives back those that run; resolves when that is on disk, or after `drainSeconds`. */
  readonly drain: () => Promise<void>;
  /** Resolves once no audio is on its way any more: it is kept, or abandoned. */
  readonly settled: () => Promise<void>;
}

/** How often a server looks for jobs of others, and whether its own are still its own, milliseconds. */
const BEAT_MS = 5000;

/** A job that was begun so often without getting anywhere runs alone: it may be what ended the server. */
const SUSPECT_ATTEMPTS = 2;

/** Nothing is carried out before `begin`. */
export function createDurableJobs(services: DurableServices): DurableJobs {
  const { store, places, turns, log, metrics, tracing } = services;
  const drainMs = services.config.drainSeconds * 1000;
  const running = new Map<string, RunningJob>();
  const listeners = new Map<string, EndListener>();
  const remains = createJobRemains(services);
  let begun = false;
  let draining = false;
  const isDraining = (): boolean => draining;
  let beat: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let lookAgain = false;

  /** Looks for jobs to carry out. What fails is tried again at the next beat. */
  const look = (): void => {
    lookAgain = true;
    looking ??= lookOn().finally(() => (looking = undefined));
  };

  const lookOn = async (): Promise<void> => {
    while (lookAgain) {
      lookAgain = false;
      if (!begun || draining) return;
      try {
        for (const row of await store.waiting(await places.reachable())) if (!turns.has(row.id)) enter(row);
      } catch {
        // The queue of writes reports that the database is away, and uploads that the disk is.
        return;
      }
    }
  };

  const enter = (row: JobRow): void => {
    const { id, attempts, audio_seconds, hearings } = row;
    if (draining) return;
    turns.enter({
      id,
      share: shareOf(row),
      cost: (audio_seconds ?? UNKNOWN_SECONDS) * hearings,
      isUrgent: false,
      isAlone: attempts >= SUSPECT_ATTEMPTS,
      run: () =>
        run(id).catch((error: unknown) => {
          log.unexpected(error, { transcription: id });
          return 'was gone' as const;
        }),
    });
  };

  const run = async (id: string): Promise<'ran' | 'was gone'> => {
    if (draining) return 'was gone';
    const claim = await store.claim(id).catch(() => ({ kind: 'gone' }) as const);
    if (claim.kind === 'gone') return 'was gone';
    if (claim.kind === 'gave-up') {
      log.error('transcription given up', { transcription: id, attempts: claim.before.attempts });
      await remains.endRecord(claim.before, 'failed');
      await ended(id);
      return 'was gone';
    }
    const { job, wasBegun } = claim;
    if (wasBegun) {
      metrics.transcriptionsResumed.inc({ from: job.row.finals > 0 ? 'middle' : 'beginning' });
      log.info('transcription resumed', { transcription: id, finals: job.row.finals });
    }
    const abort = new AbortController();
    const one = { job, abort, progress: job.row.progress };
    running.set(id, one);
    if (isDraining()) abort.abort();
    try {
      await carryOut(one);
    } finally {
      running.delete(id);
    }
    return 'ran';
  };

  const carryOut = async (one: RunningJob): Promise<void> => {
    const { row } = one.job;
    const trace = tracing?.transcription({
      id: row.id,
      origin: row.origin,
      session: row.session_id ?? undefined,
      createdAt: new Date(row.created_at),
      attempts: row.attempts,
      audioSeconds: row.audio_seconds ?? undefined,
    });
    const result = await runJob(services, one);
    trace?.end(result.status);
    try {
      if (result.status === 'interrupted') {
        await store.giveBack(row.id, draining ? WRITE_PATIENCE : undefined);
        return;
      }
      await store.end(one.job, result);
    } catch (error) {
      if (error instanceof JobLostError) await remains.leave(row);
      // Whoever goes on with it does so when this server is gone.
      else if (!draining) throw error;
      return;
    }
    if (result.status === 'failed') await remains.endRecord(row, 'failed');
    await ended(row.id);
  };

  /** Tells of a job that has ended here, and deletes its audio. */
  const ended = async (id: string): Promise<void> => {
    const row = await store.find(id);
    if (row === undefined) return;
    tellEnd(transcriptionOf(row), services);
    await tellListener(row);
    await remains.removeAudio(row);
    remains.scrubSoon();
  };

  const tellListener = async (row: JobRow): Promise<void> => {
    const listener = listeners.get(row.id);
    if (listener === undefined) return;
    listeners.delete(row.id);
    listener(await withTranscript(row));
  };

  const withTranscript = async (row: JobRow): Promise<Transcription> => {
    if (row.status !== 'done') return transcriptionOf(row);
    const transcript = await store.transcript(row);
    return transcriptionOf(row, transcript && { transcript });
  };

  /** Notices what others have done to jobs, and cleans up after jobs that are over. */
  const onBeat = async (): Promise<void> => {
    const before = [...running.keys()];
    const held = await store.held(before);
    for (const id of before) if (!held.has(id)) running.get(id)?.abort.abort();
    for (const id of listeners.keys()) {
      const row = await store.find(id);
      if (row === undefined) listeners.delete(id);
      else if (row.ended_at !== null) await tellListener(row);
    }
    for (const row of await store.over(await places.reachable()))
      if (!running.has(row.id)) await cleanUp(row);
    look();
  };

  const cleanUp = async (row: JobRow): Promise<void> => {
    if (row.ended_at === null || isOver(row)) await remains.forget(row);
    else await remains.removeAudio(row);
  };

  const arriving = createArrivingJobs({
    store,
    places,
    listen: (id, onEnd) => {
      listeners.set(id, onEnd);
      return () => {
        listeners.delete(id);
      };
    },
    onSubmitted: look,
  });

  return {
    arrive: arriving.arrive,
    holders: store.holders,
    list: async (tenant) => {
      const rows = await store.list(tenant);
      return rows.filter((row) => !isOver(row)).map((row) => transcriptionOf(row, running.get(row.id)));
    },
    find: async (id) => {
      const row = await known(id);
      return row && transcriptionOf(row, running.get(id));
    },
    read: async (id) => {
      const row = await known(id);
      return row && withTranscript(row);
    },
    remove: async (id) => {
      const row = await known(id);
      if (row === undefined) return false;
      const before = row.ended_at === null ? await store.cancel(id) : undefined;
      if (before === undefined) {
        await remains.forget(row);
        return true;
      }
      running.get(id)?.abort.abort();
      turns.leave(id);
      await remains.endRecord(before, 'cancelled');
      await ended(id);
      return true;
    },
    begin: () => {
      if (begun) return;
      begun = true;
      beat = setInterval(() => {
        // If it fails, the database is away, and the next beat tries again.
        onBeat().catch(() => undefined);
      }, BEAT_MS).unref();
      onBeat().catch(() => undefined);
      look();
    },
    drain: async () => {
      draining = true;
      clearInterval(beat);
      for (const { abort } of running.values()) abort.abort();
      await atMost(drainMs, turns.close());
    },
    settled: async () => {
      await arriving.settled(drainMs);
      await places.removeEmpty();
    },
  };

  async function known(id: string): Promise<JobRow | undefined> {
    const row = await store.find(id);
    return row === undefined || row.status === 'arriving' || isOver(row) ? undefined : row;
  }
}

/** The assumed length of a recording of unknown length, seconds. */
const UNKNOWN_SECONDS = 600;

function isOver({ expires_at }: JobRow): boolean {
  return expires_at !== null && Date.parse(expires_at) <= Date.now();
}
