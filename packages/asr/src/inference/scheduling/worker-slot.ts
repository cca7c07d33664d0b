import type { PreparedModel } from '../../families/model-family.js';
import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { KeptForLater } from '../inference-pool.js';
import type { JobPhases, RecognitionJob, RecognitionResult } from '../messages/recognition-job.js';
import type { FromWorker, ToWorker } from '../messages/worker-messages.js';
import { createAssignedJobs, type AssignedJobs } from './assigned-jobs.js';
import { createMemoryLimit, type MemoryLimit } from './memory-limit.js';
import { superviseProcess, type SupervisedProcessListener } from './supervised-process.js';
import { createToldNames, type NamedByJob, type ToldNames } from './told-names.js';
import type { FromStart, WatchedProcessOptions } from './watched-process.js';

/** A place that always has an inference process in it, or is about to get one. */
export interface WorkerSlot {
  /** Whether it takes jobs. */
  readonly ready: boolean;
  /** Whether it is full for now, where others use its process too. Its streams wait for it. */
  readonly isFull?: boolean;
  /** Gives the process a job, and first the audio and terms that the job names and the process does not have. */
  assign(job: RecognitionJob, named: NamedByJob): void;
  cancel(id: number): void;
  promote(id: number): void;
  /** Stops all work of the process until `goOn`. */
  pause(): void;
  goOn(): void;
  /** Frees what the process keeps for jobs that will not come. */
  forget(kept: KeptForLater): void;
  status(): WorkerStatus;
  close(): Promise<void>;
}

/** What a slot runs, and its limits. */
export interface WorkerSlotOptions {
  readonly index: number;
  readonly model: PreparedModel;
  readonly memoryLimitBytes: number;
  readonly timeoutSeconds: number;
  /** Whether the process loads the lexicon. */
  readonly lexicon: boolean;
  /** Whether terms of the lexicon are weighed by the words around them too. */
  readonly lexiconContext: boolean;
  /** The folder in which what is prepared is kept. */
  readonly cacheDirectory: string;
}

/** What a slot reports. */
export interface WorkerSlotListener {
  /** It became ready, or may have room for another job. */
  readonly onRoom: () => void;
  readonly onResult: (id: number, result: RecognitionResult, runSeconds: number, phases?: JobPhases) => void;
  /**
   * The process ended with these jobs undone, or cannot do them; they may be what ended it, unless it is known that it is
   * `blameless`.
   */
  readonly onReturned: (jobs: readonly number[], cause?: 'blameless') => void;
  /** The model could not be loaded; it will be tried again. */
  readonly onLoadFailed: (message: string) => void;
  readonly onEvent: (event: RecognizerEvent) => void;
}

/**
 * Keeps one inference process at work: gives it jobs with the audio and terms that they name, returns the jobs that it
 * did not do, and replaces it when it has grown too large.
 */
export function createWorkerSlot(options: WorkerSlotOptions, listener: WorkerSlotListener): WorkerSlot {
  const send = (message: ToWorker) => {
    worker.send(message);
  };
  const names = createToldNames(send);
  const jobs = createAssignedJobs(names, send);
  const memory = createMemoryLimit(options.memoryLimitBytes, {
    isIdle: () => jobs.count === 0,
    end() {
      worker.end('memory');
    },
  });
  const worker = superviseProcess<ToWorker, WorkMessage>(
    loading(options),
    processListener(options.index, { names, jobs, memory }, listener),
  );

  return {
    get ready() {
      return worker.isReady && !memory.isExceeded;
    },
    assign: jobs.assign,
    cancel(id) {
      if (!jobs.delete(id)) return;
      send({ type: 'cancel', id });
      memory.weigh();
      listener.onRoom();
    },
    promote(id) {
      send({ type: 'promote', id });
    },
    pause() {
      send({ type: 'pause' });
    },
    goOn() {
      send({ type: 'go-on' });
    },
    forget: names.forget,
    status() {
      const status = worker.status();
      const residentBytes = status.pid === undefined ? 0 : memory.residentBytes;
      return { ...status, residentBytes, jobs: jobs.count };
    },
    close: worker.close,
  };
}

/** What an inference process says once it is ready. */
type WorkMessage = Exclude<FromWorker, FromStart>;

/** What is known of the process in a slot. */
interface ProcessState {
  readonly names: ToldNames;
  readonly jobs: AssignedJobs;
  readonly memory: MemoryLimit;
}

/** Keeps what is known of the process up to date with what it says, and reports what that means for the slot. */
function processListener(
  worker: number,
  { names, jobs, memory }: ProcessState,
  listener: WorkerSlotListener,
): SupervisedProcessListener<WorkMessage> {
  return {
    onStarted() {
      memory.started();
      names.clear();
    },
    onReady({ pid, seconds, residentBytes }) {
      listener.onEvent({ kind: 'worker-ready', worker, pid, seconds });
      memory.loaded(residentBytes);
      listener.onRoom();
    },
    onMessage(message) {
      switch (message.type) {
        case 'result':
          if (jobs.delete(message.id))
            listener.onResult(message.id, message.result, message.runSeconds, message.phases);
          memory.weigh(message.residentBytes);
          listener.onRoom();
          break;
        case 'pong':
          memory.weigh(message.residentBytes);
          break;
        case 'audio-missing':
          if (!jobs.sendWhole(message.id)) listener.onReturned([message.id]);
      }
    },
    onExited({ pid, reason }) {
      listener.onEvent({ kind: 'worker-exited', worker, pid, reason });
      listener.onReturned(jobs.takeAll());
    },
    onLoadFailed: listener.onLoadFailed,
  };
}

/** What the process of a slot loads, and how long they may be silent. */
export function loading({
  model,
  lexicon,
  lexiconContext,
  cacheDirectory,
  timeoutSeconds,
}: WorkerSlotOptions): WatchedProcessOptions<ToWorker> {
  return {
    module: new URL('../worker/worker-main.js', import.meta.url),
    timeoutSeconds,
    load: { type: 'load', model, lexicon, lexiconContext, cacheDirectory },
  };
}
