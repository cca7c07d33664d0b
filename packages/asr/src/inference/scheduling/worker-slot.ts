import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { KeyTermList } from '../../terms/key-term-list.js';
import type { KeptForLater } from '../inference-pool.js';
import type { RecognitionJob, RecognitionResult } from '../messages/recognition-job.js';
import type { FromWorker } from '../messages/worker-messages.js';
import type { PreparedModel } from '../../families/model-family.js';
import { createSentAudio, type AudioSource } from './sent-audio.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

/** A place that always has an inference process in it, or is about to get one. */
export interface WorkerSlot {
  /** Whether it takes jobs. */
  readonly ready: boolean;
  /** Gives it a job, and before that what the process lacks of what the job names. */
  assign(job: RecognitionJob, named: NamedByJob): void;
  cancel(id: number): void;
  promote(id: number): void;
  /** Frees what the process keeps for jobs that will not come. */
  forget(kept: KeptForLater): void;
  status(): WorkerStatus;
  close(): Promise<void>;
}

/** What a job has by name only. */
export interface NamedByJob {
  /** Asked for as long as the slot has the job. */
  readonly audio: AudioSource;
  readonly keyTerms: KeyTermList | undefined;
}

/** What a slot runs, and its limits. */
export interface WorkerSlotOptions {
  readonly index: number;
  readonly model: PreparedModel;
  readonly memoryLimitBytes: number;
  readonly timeoutSeconds: number;
  /** Whether the process is to know the lexicon. */
  readonly lexicon: boolean;
  /** Whether terms of the lexicon are weighed by the words around them too. */
  readonly lexiconContext: boolean;
}

/** What a slot reports. */
export interface WorkerSlotListener {
  /** It became ready, or may have room for another job. */
  readonly onRoom: () => void;
  readonly onResult: (id: number, result: RecognitionResult, runSeconds: number) => void;
  /** The process ended with these jobs undone, or cannot do them. */
  readonly onReturned: (jobs: readonly number[]) => void;
  /** The model could not be loaded; it will be tried again. */
  readonly onLoadFailed: (message: string) => void;
  readonly onEvent: (event: RecognizerEvent) => void;
}

const TICK_MS = 500;

/** Loading and warming up may take so long on a slow disk and a busy machine, seconds. */
const LOAD_TIMEOUT_SECONDS = 90;

/** The delay before the second restart in a row; the first is at once. Doubled up to the longest, milliseconds. */
const BACKOFF_MS = { first: 250, longest: 30_000 } as const;

/**
 * Keeps one inference process alive: starts it, watches that it answers and stays within its memory, and replaces
 * it otherwise, at once the first time and with growing delays if that does not help.
 */
export function createWorkerSlot(options: WorkerSlotOptions, listener: WorkerSlotListener): WorkerSlot {
  const jobs = new Map<number, AssignedJob>();
  /** Names of the lists of terms that the process has been given. */
  const knownTerms = new Set<string>();
  const sentAudio = createSentAudio();
  let process: WorkerProcess | undefined;
  let state: WorkerStatus['state'] | 'closed' = 'starting';
  let exitReason: 'crash' | 'hung' | 'memory' = 'crash';
  let replacing = false;
  let failuresInARow = 0;
  let restarts = 0;
  let residentBytes = 0;
  let startedAt = 0;
  let silentTicks = 0;
  let restartTimer: NodeJS.Timeout | undefined;
  let closed: (() => void) | undefined;

  const start = () => {
    state = 'starting';
    exitReason = 'crash';
    replacing = false;
    silentTicks = 0;
    startedAt = performance.now();
    knownTerms.clear();
    sentAudio.clear();
    process = startWorkerProcess({ onMessage: receive, onExit: exited });
    const { model, lexicon, lexiconContext } = options;
    process.send({ type: 'load', model, lexicon, lexiconContext });
  };

  const receive = (message: FromWorker) => {
    // What it still had to say when it was killed: to be ready again would have another started in its place.
    if (state === 'closed') return;
    silentTicks = 0;
    switch (message.type) {
      case 'ready':
        state = 'ready';
        residentBytes = message.residentBytes;
        listener.onEvent({
          kind: 'worker-ready',
          worker: options.index,
          pid: process?.pid ?? 0,
          seconds: (performance.now() - startedAt) / 1000,
        });
        listener.onRoom();
        break;
      case 'load-failed':
        listener.onLoadFailed(message.message);
        process?.kill();
        break;
      case 'result':
        residentBytes = message.residentBytes;
        failuresInARow = 0;
        if (jobs.delete(message.id)) listener.onResult(message.id, message.result, message.runSeconds);
        replaceIfTooLarge();
        listener.onRoom();
        break;
      case 'audio-missing':
        sendWhole(message.id);
        break;
      case 'pong':
        residentBytes = message.residentBytes;
        replaceIfTooLarge();
        break;
    }
  };

  const give = ({ job, named: { audio, keyTerms } }: AssignedJob) => {
    if (keyTerms && job.termLists.includes(keyTerms.name) && !knownTerms.has(keyTerms.name)) {
      knownTerms.add(keyTerms.name);
      process?.send({ type: 'terms', list: keyTerms });
    }
    const piece = sentAudio.next(job.stream, job.audio, audio);
    if (piece) process?.send({ type: 'audio', piece });
    process?.send({ type: 'job', job });
  };

  /** The process let go of what it had of a job's audio. */
  const sendWhole = (id: number) => {
    const assigned = jobs.get(id);
    // It was cancelled in the meantime.
    if (!assigned) return;
    sentAudio.forget(assigned.job.stream);
    if (!assigned.sentWhole) {
      assigned.sentWhole = true;
      give(assigned);
      return;
    }
    // There is less audio than the job names, and will not be more.
    jobs.delete(id);
    listener.onReturned([id]);
  };

  const replaceIfTooLarge = () => {
    if (residentBytes > options.memoryLimitBytes) replacing = true;
    if (!replacing || jobs.size > 0) return;
    exitReason = 'memory';
    process?.kill();
  };

  const exited = () => {
    const pid = process?.pid ?? 0;
    process = undefined;
    if (state === 'closed') {
      closed?.();
      return;
    }
    state = 'backing-off';
    listener.onEvent({ kind: 'worker-exited', worker: options.index, pid, reason: exitReason });
    const undone = [...jobs.keys()];
    jobs.clear();
    const delay = exitReason === 'memory' || failuresInARow === 0 ? 0 : backoffMs(failuresInARow);
    if (exitReason !== 'memory') failuresInARow++;
    restarts++;
    restartTimer = setTimeout(start, delay);
    listener.onReturned(undone);
  };

  // Counted in ticks and not in wall time: a suspended machine must not find its workers guilty.
  const watch = setInterval(() => {
    if (!process) return;
    silentTicks++;
    const limit = state === 'starting' ? LOAD_TIMEOUT_SECONDS : options.timeoutSeconds;
    if (silentTicks * TICK_MS > limit * 1000) {
      exitReason = 'hung';
      process.kill();
    } else if (state === 'ready') {
      process.send({ type: 'ping' });
    }
  }, TICK_MS);

  start();

  return {
    get ready() {
      return state === 'ready' && !replacing;
    },
    assign(job, named) {
      const assigned = { job, named, sentWhole: false };
      jobs.set(job.id, assigned);
      give(assigned);
    },
    cancel(id) {
      if (!jobs.delete(id)) return;
      process?.send({ type: 'cancel', id });
      replaceIfTooLarge();
      listener.onRoom();
    },
    promote(id) {
      process?.send({ type: 'promote', id });
    },
    forget(kept) {
      if ('window' in kept) process?.send({ type: 'forget', window: kept.window });
      else if ('termList' in kept) {
        if (knownTerms.delete(kept.termList)) process?.send({ type: 'forget-terms', name: kept.termList });
      } else if (sentAudio.forget(kept.stream)) process?.send({ type: 'forget-audio', stream: kept.stream });
    },
    status: () => ({
      pid: process?.pid,
      state: state === 'closed' ? 'backing-off' : state,
      residentBytes: process ? residentBytes : 0,
      restarts,
      jobs: jobs.size,
    }),
    close() {
      state = 'closed';
      clearInterval(watch);
      clearTimeout(restartTimer);
      if (!process) return Promise.resolve();
      return new Promise((resolve) => {
        closed = resolve;
        process?.kill();
      });
    },
  };
}

/** A job at a process. */
interface AssignedJob {
  readonly job: RecognitionJob;
  readonly named: NamedByJob;
  /** Whether all of its audio was sent for it alone. */
  sentWhole: boolean;
}

function backoffMs(failures: number): number {
  return Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** (failures - 1));
}
