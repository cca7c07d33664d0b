import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { FromWorker, ToHosted, ToWorker } from '../messages/worker-messages.js';
import { createMemoryLimit } from '../scheduling/memory-limit.js';
import { superviseProcess } from '../scheduling/supervised-process.js';
import type { FromStart } from '../scheduling/watched-process.js';
import { loading, type WorkerSlotOptions } from '../scheduling/worker-slot.js';

/** An inference process, supervised here, whose jobs come from elsewhere. */
export interface HostedProcess {
  /** Whether it takes jobs. */
  readonly isReady: boolean;
  send(message: ToHosted): void;
  status(): WorkerStatus;
  close(): Promise<void>;
}

/** What is heard of a process. */
export interface HostedListener {
  /** A result, or a job that lacks audio. */
  readonly onMessage: (message: FromHosted) => void;
  /** It became ready. */
  readonly onReady: () => void;
  /** It ended, with its jobs and all that it was sent; another takes its place. */
  readonly onEnded: () => void;
}

/** What the process says of its jobs. */
export type FromHosted = Extract<FromWorker, { readonly type: 'result' | 'audio-missing' }>;

/** Starts a process, and another whenever it ends or has grown too large and has no job. */
export function hostProcess(
  options: WorkerSlotOptions & { readonly onEvent: (event: RecognizerEvent) => void },
  listener: HostedListener,
): HostedProcess {
  const { index: worker, onEvent } = options;
  const jobs = new Set<number>();
  const memory = createMemoryLimit(options.memoryLimitBytes, {
    isIdle: () => jobs.size === 0,
    end() {
      supervised.end('memory');
    },
  });
  const supervised = superviseProcess<ToWorker, Exclude<FromWorker, FromStart>>(loading(options), {
    onStarted() {
      memory.started();
    },
    onReady({ pid, seconds, residentBytes }) {
      onEvent({ kind: 'worker-ready', worker, pid, seconds });
      memory.loaded(residentBytes);
      listener.onReady();
    },
    onMessage(message) {
      if (message.type === 'pong') {
        memory.weigh(message.residentBytes);
        return;
      }
      jobs.delete(message.id);
      listener.onMessage(message);
      memory.weigh(message.type === 'result' ? message.residentBytes : undefined);
    },
    onExited({ pid, reason }) {
      onEvent({ kind: 'worker-exited', worker, pid, reason });
      jobs.clear();
      listener.onEnded();
    },
    onLoadFailed: () => undefined,
  });

  return {
    get isReady() {
      return supervised.isReady && !memory.isExceeded;
    },
    send(message) {
      if (message.type === 'job') jobs.add(message.job.id);
      if (message.type === 'cancel') jobs.delete(message.id);
      supervised.send(message);
    },
    status() {
      const status = supervised.status();
      return {
        ...status,
        residentBytes: status.pid === undefined ? 0 : memory.residentBytes,
        jobs: jobs.size,
      };
    },
    close: supervised.close,
  };
}
