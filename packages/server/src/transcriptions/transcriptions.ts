import type { KeyTermList, Lexicon, Recognizer, WritingOptions } from '@auscult/asr';
import type { TranscriptionTask } from '@auscult/protocol';
import { shareOf, type Ownership } from '../access/identity.js';
import type { Config } from '../config/schema.js';
import {
  describeForHttp,
  recordingErrorOf,
  recordingExplanationOf,
  RequestError,
  type ErrorDescription,
} from '../errors.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Transcript } from '../transcripts/transcript.js';
import type { RecordingSource } from './recording-source.js';
import { transcribeSource, type TranscribedSource } from './transcribe-source.js';

/** How far a transcription has come. */
type TranscriptionStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** The transcription of a whole recording, or of what a session has said, as it is now. */
export interface Transcription {
  readonly id: string;
  readonly ownership: Ownership;
  readonly origin: RecordingSource['origin'];
  /** The live session that said it, if it was one. */
  readonly sessionId: string | undefined;
  readonly status: TranscriptionStatus;
  /** 0 to 1. */
  readonly progress: number;
  /** Seconds; undefined as long as nobody knows. */
  readonly audioSeconds: number | undefined;
  readonly model: string;
  readonly language: string;
  readonly task: TranscriptionTask;
  /** Whether the words with their times are wanted in the result. */
  readonly words: boolean;
  /** Whether the recording is cut or damaged: the text is of what could be read. */
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
  readonly language: string;
  readonly task: TranscriptionTask;
  readonly keyTerms: KeyTermList;
  readonly lexicon: Lexicon;
  readonly writing: WritingOptions;
  readonly words: boolean;
  /** How often the audio is heard. */
  readonly hearings: number;
  /** Keeps what came out. Nobody sees it before this resolves; the transcription fails where it rejects. */
  readonly keep: (transcribed: TranscribedSource) => Promise<void>;
  /** Called once, when it is done, failed or cancelled. */
  readonly onEnd?: (transcription: Transcription) => void;
}

/** Room for one transcription. */
export interface Place {
  /** Takes over the source, which is released whatever becomes of it. */
  readonly submit: (source: RecordingSource, order: TranscriptionOrder) => Transcription;
  /** Gives the room back unused. */
  readonly leave: () => void;
}

/** All transcriptions of whole recordings: those that wait, run, and have ended not long ago. */
export interface Transcriptions {
  /** Room for one more; undefined if there is none, or no more are taken. */
  readonly reserve: () => Place | undefined;
  /** The newest first. */
  readonly list: () => readonly Transcription[];
  readonly get: (id: string) => Transcription | undefined;
  /** Cancels one that has not ended, and forgets one that has. Tells whether there is one. */
  readonly remove: (id: string) => boolean;
  /** Takes no more and cancels what has not ended; resolves when nothing of it is left on disk. */
  readonly drain: () => Promise<void>;
}

/** What transcriptions need from the server. */
export interface TranscriptionServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Transcriptions that have ended are forgotten before their time when there are so many more. */
const MOST_ENDED = 1000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Work {
  readonly source: RecordingSource;
  readonly order: TranscriptionOrder;
  readonly abort: AbortController;
}

interface Job {
  readonly state: Mutable<Transcription>;
  /** Let go of at the end: it holds on to the session that ordered it. */
  work: Work | undefined;
  expiry: NodeJS.Timeout | undefined;
  /** Resolves when it has ended and its source is released. */
  released: Promise<void>;
}

/** Starts with none. They run in the order in which they came, `transcriptionsAtATime` of them together. */
export function createTranscriptions({ config, log, metrics }: TranscriptionServices): Transcriptions {
  const jobs = new Map<string, Job>();
  let reserved = 0;
  let draining = false;

  const all = (...statuses: readonly TranscriptionStatus[]): Job[] =>
    [...jobs.values()].filter(({ state }) => statuses.includes(state.status));

  const count = (): void => {
    for (const state of ['queued', 'running'] as const)
      metrics.transcriptionsOpen.set({ state }, all(state).length);
  };

  const startNext = (): void => {
    count();
    const [next] = all('queued');
    if (draining || next?.work === undefined) return;
    if (all('running').length >= config.transcriptionsAtATime) return;
    next.state.status = 'running';
    next.state.startedAt = new Date();
    next.released = run(next, next.work);
    startNext();
  };

  const run = async (job: Job, { source, order, abort }: Work): Promise<void> => {
    const { state } = job;
    try {
      const transcribed = await transcribeSource(order.recognizer, source, {
        language: order.language,
        task: order.task,
        keyTerms: order.keyTerms,
        lexicon: order.lexicon,
        hearings: order.hearings,
        writing: order.writing,
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
      language: order.language,
      task: order.task,
      words: order.words,
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
      expiry: undefined,
      released: Promise.resolve(),
    };
    jobs.set(state.id, job);
    if (draining) cancel(job);
    else startNext();
    return state;
  };

  return {
    reserve: () => {
      const taken = all('queued', 'running').length + reserved;
      if (draining || taken >= config.maxTranscriptionJobs) return undefined;
      reserved += 1;
      let open = true;
      const leave = (): void => {
        if (open) reserved -= 1;
        open = false;
      };
      return {
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

/** As `work`, but rejects as soon as nobody waits for it any more: a database can be away for long. */
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
