import { createFairShares, type KeyTermList, type Recognizer } from '@auscult/asr';
import type { RecordingSettings, TranscriptionTask } from '@auscult/protocol';
import { shareOf, type Ownership } from '../access/identity.js';
import { mayTakePlace, type Holder } from '../access/shared-places.js';
import type { Config } from '../config/schema.js';
import {
  describeForHttp,
  recordingErrorOf,
  recordingExplanationOf,
  RequestError,
  type ErrorDescription,
} from '../errors.js';
import { switchesOf } from '../switches.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Transcript } from '../transcripts/transcript.js';
import type { RecordingSource } from './recording-source.js';
import { transcribeSource, type TranscribedSource } from './transcribe-source.js';

/** How far a transcription has come. */
type TranscriptionStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** The state of the transcription of a whole recording, or of a session's audio. */
export interface Transcription {
  readonly id: string;
  readonly ownership: Ownership;
  readonly origin: RecordingSource['origin'];
  /** The live session that it comes from, if any. */
  readonly sessionId: string | undefined;
  readonly status: TranscriptionStatus;
  /** 0 to 1. */
  readonly progress: number;
  /** Seconds; undefined as long as it is not known. */
  readonly audioSeconds: number | undefined;
  readonly model: string;
  readonly language: string;
  readonly task: TranscriptionTask;
  /** Whether the words with their times are wanted in the result. */
  readonly words: boolean;
  /** Whether the recording is cut or damaged, so that the text covers only what could be read. */
  readonly damaged: boolean;
  /** How often words of an utterance were heard and not kept. */
  readonly dropped: number;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  /** When a transcription that has ended is forgotten. */
  readonly expiresAt: Date | undefined;
  /** Why there is no result, for one that failed or was cancelled. */
  readonly error: ErrorDescription | undefined;
  /** Present as soon as it is done. */
  readonly transcript: Transcript | undefined;
}

/** What is to be done with a source. */
export interface TranscriptionOrder {
  /** A random name. */
  readonly id: string;
  readonly recognizer: Recognizer;
  readonly ownership: Ownership;
  readonly settings: RecordingSettings;
  readonly keyTerms: KeyTermList;
  /** Keeps the result. Nobody sees it before this resolves; if it rejects, the transcription fails. */
  readonly keep: (transcribed: TranscribedSource) => Promise<void>;
  /** Called once, when it is done, failed or cancelled. */
  readonly onEnd?: (transcription: Transcription) => void;
}

/** Room for one transcription. */
export interface Place {
  /** Aborted when the room is given to somebody else, because its upload is too slow. */
  readonly taken: AbortSignal;
  /** Notes that so many more bytes of its upload have arrived. */
  readonly received: (bytes: number) => void;
  /** Takes over the source, which is released in any case. */
  readonly submit: (source: RecordingSource, order: TranscriptionOrder) => Transcription;
  /** Gives the room back unused. */
  readonly leave: () => void;
}

/** All transcriptions of whole recordings: those that wait, run, or ended recently. */
export interface Transcriptions {
  /**
   * Room for one more of `who`; undefined if there is none, others have a better claim to what is left, or no more
   * are taken. Whoever holds less gets the room of a slow upload.
   */
  readonly reserve: (who: Holder) => Place | undefined;
  /** The newest first. */
  readonly list: () => readonly Transcription[];
  readonly get: (id: string) => Transcription | undefined;
  /** Cancels one that has not ended, and forgets one that has. Tells whether there is one. */
  readonly remove: (id: string) => boolean;
  /** Takes no more and cancels those that have not ended; resolves when nothing of them is left on disk. */
  readonly drain: () => Promise<void>;
}

/** What transcriptions need from the server. */
export interface TranscriptionServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** When more than this many have ended, the oldest are forgotten before their time. */
const MOST_ENDED = 1000;

/** An upload that has lasted this long, seconds, at less than this rate may lose its place to others. */
const SLOW = { seconds: 10, bytesPerSecond: 65_536 } as const;

/** The assumed length of a recording of unknown length, seconds. */
const UNKNOWN_SECONDS = 600;

/** A place that is still to be filled. */
interface Reservation {
  readonly who: Holder;
  readonly since: number;
  readonly abort: AbortController;
  bytes: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Work {
  readonly source: RecordingSource;
  readonly order: TranscriptionOrder;
  readonly abort: AbortController;
}

interface Job {
  readonly state: Mutable<Transcription>;
  /** Dropped at the end, since it refers to the session that ordered it. */
  work: Work | undefined;
  /** Its expected cost in the owner's share, seconds of audio. */
  readonly cost: number;
  expiry: NodeJS.Timeout | undefined;
  /** Resolves when it has ended and its source is released. */
  released: Promise<void>;
}

/**
 * Begins with none. `transcriptionsAtATime` run together: tenants, and their members, take turns by the amount of
 * audio that was heard for each, and the orders of one owner run in the order in which they came.
 */
export function createTranscriptions({ config, log, metrics }: TranscriptionServices): Transcriptions {
  const jobs = new Map<string, Job>();
  const reserved = new Set<Reservation>();
  const shares = createFairShares();
  let draining = false;

  const all = (...statuses: readonly TranscriptionStatus[]): Job[] =>
    [...jobs.values()].filter(({ state }) => statuses.includes(state.status));

  const count = (): void => {
    for (const state of ['queued', 'running'] as const)
      metrics.transcriptionsOpen.set({ state }, all(state).length);
  };

  const startNext = (): void => {
    count();
    const next = all('queued').reduce<Job | undefined>(
      (first, job) => (first && shares.compare(shareOfJob(first), shareOfJob(job)) <= 0 ? first : job),
      undefined,
    );
    if (draining || next?.work === undefined) return;
    if (all('running').length >= config.transcriptionsAtATime) return;
    shares.begin(shareOfJob(next), next.cost);
    next.state.status = 'running';
    next.state.startedAt = new Date();
    next.released = run(next, next.work);
    startNext();
  };

  const run = async (job: Job, { source, order, abort }: Work): Promise<void> => {
    const { state } = job;
    try {
      const transcribed = await transcribeSource(order.recognizer, source, {
        ...order.settings,
        writing: switchesOf(order.settings),
        keyTerms: order.keyTerms,
        priority: 'background',
        share: shareOf(order.ownership),
        maxSeconds: config.maxRecordingMinutes * 60,
        signal: abort.signal,
        onProgress: (share) => (state.progress = share),
        onDropped: (reason) => {
          metrics.wordsDropped.inc({ reason });
        },
      });
      const stopped = transcribed.finals.filter(({ rewriteStopped }) => rewriteStopped).length;
      metrics.rewritesStopped.inc({ origin: state.origin }, stopped);
      await unlessAborted(abort.signal, keep(order, transcribed));
      const { damaged, dropped, duration, segments } = transcribed;
      const transcript = { duration, segments };
      Object.assign(state, { progress: 1, audioSeconds: transcript.duration, damaged, dropped, transcript });
      end(job, 'done');
    } catch (error) {
      const code = abort.signal.aborted ? cancelCode() : recordingErrorOf(error);
      if (code === 'internal_error') log.unexpected(error, { transcription: state.id });
      const details = error instanceof RequestError ? error.details : {};
      const explanation = abort.signal.aborted ? undefined : recordingExplanationOf(error);
      state.error = describeForHttp(code, details, explanation);
      end(job, abort.signal.aborted ? 'cancelled' : 'failed');
    }
    await release(source);
  };

  const keep = async (order: TranscriptionOrder, transcribed: TranscribedSource): Promise<void> => {
    try {
      await order.keep(transcribed);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      log.unexpected(error, { transcription: order.id });
      throw new RequestError('record_failed');
    }
  };

  const cancel = (job: Job): void => {
    const { work, state } = job;
    work?.abort.abort();
    if (work === undefined || state.status !== 'queued') return;
    state.error = describeForHttp(cancelCode());
    job.released = release(work.source);
    end(job, 'cancelled');
  };

  const cancelCode = () => (draining ? 'draining' : 'transcription_cancelled');

  const end = (job: Job, status: 'done' | 'failed' | 'cancelled'): void => {
    const { state, work } = job;
    job.work = undefined;
    if (state.status === 'running') shares.end(shareOfJob(job), 0);
    else shares.leave(shareOfJob(job));
    const retention = config.transcriptionRetentionMinutes * 60_000;
    const endedAt = new Date();
    Object.assign(state, { status, endedAt, expiresAt: new Date(endedAt.getTime() + retention) });
    job.expiry = setTimeout(forget, retention, state.id).unref();
    metrics.transcriptionsEnded.inc({ origin: state.origin, status });
    if (status === 'done') metrics.transcribedSeconds.inc({ origin: state.origin }, state.audioSeconds ?? 0);
    log.info('transcription ended', {
      transcription: state.id,
      outcome: status,
      code: state.error?.code,
      audioSeconds: state.audioSeconds,
      seconds: (endedAt.getTime() - state.createdAt.getTime()) / 1000,
    });
    for (const { state: old } of all('done', 'failed', 'cancelled').slice(0, -MOST_ENDED)) forget(old.id);
    work?.order.onEnd?.(state);
    startNext();
  };

  const forget = (id: string): void => {
    clearTimeout(jobs.get(id)?.expiry);
    jobs.delete(id);
  };

  const release = (source: RecordingSource): Promise<void> =>
    source.release().catch((error: unknown) => {
      log.unexpected(error);
    });

  const submit = (source: RecordingSource, order: TranscriptionOrder): Transcription => {
    const state: Mutable<Transcription> = {
      id: order.id,
      ownership: order.ownership,
      origin: source.origin,
      sessionId: source.sessionId,
      status: 'queued',
      progress: 0,
      audioSeconds: source.audioSeconds,
      model: order.recognizer.model.name,
      language: order.settings.language,
      task: order.settings.task,
      words: order.settings.words,
      damaged: false,
      dropped: 0,
      createdAt: new Date(),
      startedAt: undefined,
      endedAt: undefined,
      expiresAt: undefined,
      error: undefined,
      transcript: undefined,
    };
    const job: Job = {
      state,
      work: { source, order, abort: new AbortController() },
      cost: (source.audioSeconds ?? UNKNOWN_SECONDS) * order.settings.hearings,
      expiry: undefined,
      released: Promise.resolve(),
    };
    jobs.set(state.id, job);
    shares.enter(shareOfJob(job));
    if (draining) cancel(job);
    else startNext();
    return state;
  };

  const holders = (): readonly Holder[] => [
    ...all('queued', 'running').map(({ state }) => state.ownership),
    ...[...reserved].map(({ who }) => who),
  ];

  const hasRoom = (who: Holder): boolean => mayTakePlace(who, holders(), config.maxTranscriptionJobs);

  /** Takes the room of the slowest upload of those who hold most, if they hold more than `who`. */
  const takeFromSlow = (who: Holder): void => {
    const held = (one: Holder): number => holders().filter((other) => isSameHolder(one, other)).length;
    const [slowest] = [...reserved]
      .filter((place) => isSlow(place) && held(place.who) > held(who))
      .sort((one, other) => held(other.who) - held(one.who) || one.bytes - other.bytes);
    if (slowest === undefined) return;
    reserved.delete(slowest);
    slowest.abort.abort();
  };

  return {
    reserve: (who) => {
      if (draining) return undefined;
      if (!hasRoom(who)) takeFromSlow(who);
      if (!hasRoom(who)) return undefined;
      const place = { who, since: performance.now(), abort: new AbortController(), bytes: 0 };
      reserved.add(place);
      const leave = (): void => {
        reserved.delete(place);
      };
      return {
        taken: place.abort.signal,
        received: (bytes) => (place.bytes += bytes),
        leave,
        submit: (source, order) => {
          leave();
          return submit(source, order);
        },
      };
    },
    list: () => [...jobs.values()].map(({ state }) => state).reverse(),
    get: (id) => jobs.get(id)?.state,
    remove: (id) => {
      const job = jobs.get(id);
      if (job === undefined) return false;
      if (job.state.endedAt === undefined) cancel(job);
      else forget(id);
      return true;
    },
    drain: async () => {
      draining = true;
      for (const job of all('queued', 'running')) cancel(job);
      await Promise.all([...jobs.values()].map(({ released }) => released));
    },
  };
}

function shareOfJob({ state }: Job): readonly string[] {
  return shareOf(state.ownership);
}

function isSameHolder(one: Holder, other: Holder): boolean {
  return one.tenant === other.tenant && one.owner === other.owner;
}

function isSlow({ since, bytes }: Reservation): boolean {
  const seconds = (performance.now() - since) / 1000;
  return seconds > SLOW.seconds && bytes < SLOW.bytesPerSecond * seconds;
}

/** As `work`, but rejects as soon as nobody waits for it any more: a database can be unreachable for long. */
function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new RequestError('transcription_cancelled'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
