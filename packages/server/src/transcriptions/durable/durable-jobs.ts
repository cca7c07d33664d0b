import { randomBytes, randomUUID } from 'node:crypto';
import { atMost } from '../../at-most.js';
import { groupsOf, shareOf, type Ownership } from '../../access/identity.js';
import type { PlaceHolder } from '../../access/shared-places.js';
import { WRITE_PATIENCE } from '../../db/commit-queue.js';
import type { Database } from '../../db/database.js';
import { scrub } from '../../db/scrub.js';
import { KEY_BYTES } from '../../storage/seal.js';
import { tellEnd } from '../job-queue.js';
import type { JobTurns } from '../job-turns.js';
import type { Transcription } from '../transcription.js';
import { audioName, type ArrivingAudio } from './job-audio.js';
import { audioFileKey } from './job-keys.js';
import { JobLostError, type SubmittedJob } from './job-store.js';
import type { JobOrder } from './job-order.js';
import type { JobRow } from './job-rows.js';
import { transcriptionOf } from './job-transcription.js';
import { runJob, type RunningJob, type RunServices } from './run-job.js';

/** What durable jobs need from the server. */
export interface DurableServices extends RunServices {
  readonly turns: JobTurns;
  readonly database: Pick<Database, 'scrub'>;
}

/** Audio that begins to come, for a job that outlives the server. */
export interface NewAudio {
  readonly ownership: Ownership;
  readonly origin: 'upload' | 'session';
  readonly sessionId?: string;
  /** Files, each for a part of the audio that is written by itself. */
  readonly files: number;
}

/** What is to be done once the audio is there. */
interface NewOrder extends Omit<SubmittedJob, 'order'> {
  readonly order: Omit<JobOrder, 'sizes' | 'audioKey'>;
  /** Called once, when the transcription is done, has failed or was cancelled, as long as this server runs. */
  readonly onEnd?: (transcription: Transcription) => void;
}

/** A job whose audio comes in. It is gone with the server until `submit`. */
export interface ArrivingJob {
  readonly id: string;
  /** To be written and finished. */
  readonly files: readonly ArrivingAudio[];
  /** Once this resolves, the job survives the server. Rejects as the disk and the database do; the job is then abandoned. */
  readonly submit: (order: NewOrder) => Promise<Transcription>;
  /** Deletes what has come. */
  readonly abandon: () => Promise<void>;
}

/** Transcriptions that outlive the server that took them, and are carried out by whichever server gets to them. */
export interface DurableJobs {
  readonly arrive: (audio: NewAudio) => Promise<ArrivingJob>;
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

/** How often, at most, what was deleted is removed from the database for good, milliseconds. */
const SCRUB_MS = 60_000;

/** A job that was begun so often without getting anywhere runs alone: it may be what ended the server. */
const SUSPECT_ATTEMPTS = 2;

/** Nothing is carried out before `begin`. */
export function createDurableJobs(services: DurableServices): DurableJobs {
  const { store, places, records, turns, log, metrics, tracing } = services;
  const drainMs = services.config.drainSeconds * 1000;
  const running = new Map<string, RunningJob>();
  const listeners = new Map<string, (transcription: Transcription) => void>();
  const arriving = new Map<string, { readonly over: Promise<void>; readonly end: () => void }>();
  let begun = false;
  let draining = false;
  const isDraining = (): boolean => draining;
  let beat: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let scrubbedAt = -Infinity;

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
      await endRecord(claim.before, 'failed');
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
      if (error instanceof JobLostError) await leave(row);
      // Whoever goes on with it does so when this server is gone.
      else if (!draining) throw error;
      return;
    }
    if (result.status === 'failed') await endRecord(row, 'failed');
    await ended(row.id);
  };

  /** Cleans up after a job that somebody else has taken, ended or destroyed. */
  const leave = async (row: JobRow): Promise<void> => {
    const now = await store.find(row.id);
    if (now === undefined) await deleteFiles(row);
    else if (now.ended_at !== null) await removeAudio(now);
  };

  /** Tells of a job that has ended here, and deletes its audio. */
  const ended = async (id: string): Promise<void> => {
    const row = await store.find(id);
    if (row === undefined) return;
    tellEnd(transcriptionOf(row), services);
    await tellListener(row);
    await removeAudio(row);
    scrubSoon();
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

  /** Deletes audio that is of no use any more, unless only other servers reach it; what fails is tried again at a beat. */
  const removeAudio = async (row: JobRow): Promise<void> => {
    if (row.audio_files > 0 && (await deleteFiles(row))) await store.audioGone(row.id);
  };

  const deleteFiles = async ({ id, audio_store, audio_files }: JobRow): Promise<boolean> => {
    const audio = await places.at(audio_store);
    if (audio === undefined) return false;
    for (let file = 0; file < audio_files; file++) await audio.remove(audioName(id, file));
    return true;
  };

  /** Ends the record of an upload that has no text. If that fails, it ends as interrupted when this server is gone. */
  const endRecord = async (row: JobRow, reason: string): Promise<void> => {
    if (row.origin !== 'upload') return;
    try {
      const { order } = await store.open(row);
      const writer = await records.continue({
        id: row.id,
        actor: { who: order.who, from: order.from },
        groups: groupsOf(row.group_names),
        channels: order.recordedChannels,
        requireHold: () => Promise.resolve(),
      });
      await writer?.close(reason);
    } catch (error) {
      log.unexpected(error, { transcription: row.id });
    }
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
    for (const row of await store.over(await places.reachable())) await cleanUp(row);
    look();
  };

  const cleanUp = async (row: JobRow): Promise<void> => {
    if (running.has(row.id)) return;
    await removeAudio(row);
    if (row.ended_at !== null && !isOver(row)) return;
    await store.forget(row.id);
    scrubSoon();
  };

  /** Removes for good what was deleted; not each time, since that takes longer the more there is in the database. */
  const scrubSoon = (): void => {
    if (performance.now() - scrubbedAt < SCRUB_MS) return;
    scrubbedAt = performance.now();
    void scrub(services.database);
  };

  const submit = async (
    id: string,
    files: readonly ArrivingAudio[],
    audioKey: Buffer,
    { onEnd, order, ...job }: NewOrder,
  ): Promise<Transcription> => {
    if (onEnd) listeners.set(id, onEnd);
    try {
      for (const file of files) await file.keep();
      const sizes = files.map(({ size }) => size);
      const row = await store.submit(id, { ...job, order: { ...order, sizes, audioKey } });
      look();
      return transcriptionOf(row);
    } catch (error) {
      listeners.delete(id);
      await abandon(id, files);
      throw error;
    } finally {
      audioKey.fill(0);
    }
  };

  /** What cannot be deleted now is deleted by the server that reaches it once this one is gone. */
  const abandon = async (id: string, files: readonly ArrivingAudio[]): Promise<void> => {
    const removed = await Promise.allSettled(files.map((file) => file.remove()));
    if (removed.every(({ status }) => status === 'fulfilled')) await store.forget(id).catch(() => undefined);
    hasArrived(id);
  };

  const hasArrived = (id: string): void => {
    arriving.get(id)?.end();
    arriving.delete(id);
  };

  return {
    arrive: async ({ ownership, origin, sessionId, files }) => {
      const id = randomUUID();
      const audioKey = randomBytes(KEY_BYTES);
      const audio = places.forNew;
      const audioStore = await audio.place();
      await store.arrive({ id, ownership, origin, sessionId, audioStore, audioFiles: files });
      const created: ArrivingAudio[] = [];
      try {
        for (let file = 0; file < files; file++)
          created.push(await audio.create(audioName(id, file), audioFileKey(audioKey, file)));
      } catch (error) {
        await abandon(id, created);
        throw error;
      }
      arriving.set(id, pending());
      return {
        id,
        files: created,
        submit: (order) =>
          submit(id, created, audioKey, order).finally(() => {
            hasArrived(id);
          }),
        abandon: () => abandon(id, created),
      };
    },
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
        await removeAudio(row);
        await store.forget(id);
        scrubSoon();
        return true;
      }
      running.get(id)?.abort.abort();
      turns.leave(id);
      await endRecord(before, 'cancelled');
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
    settled: () => atMost(drainMs, Promise.all([...arriving.values()].map(({ over }) => over))),
  };

  async function known(id: string): Promise<JobRow | undefined> {
    const row = await store.find(id);
    return row === undefined || row.status === 'arriving' || isOver(row) ? undefined : row;
  }
}

function pending(): { readonly over: Promise<void>; readonly end: () => void } {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}

/** The assumed length of a recording of unknown length, seconds. */
const UNKNOWN_SECONDS = 600;

function isOver({ expires_at }: JobRow): boolean {
  return expires_at !== null && Date.parse(expires_at) <= Date.now();
}
