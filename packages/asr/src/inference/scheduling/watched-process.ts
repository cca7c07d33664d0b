import type { RecognizerEvent } from '../../recognizer/recognizer.js';
import type { FromWorker, ToWorker } from '../messages/worker-messages.js';
import { startWatchdog } from './watchdog.js';
import { startWorkerProcess } from './worker-process.js';

/** One inference process, from its start to its end. */
export interface WatchedProcess {
  readonly pid: number | undefined;
  /** Whether it has loaded its model. */
  readonly isReady: boolean;
  send(message: ToWorker): void;
  end(reason: ExitReason): void;
  /** Ends it; the listener hears no more than its exit. */
  close(): void;
}

/** Why a process ended. */
export type ExitReason = (RecognizerEvent & { readonly kind: 'worker-exited' })['reason'];

/** What a process loads, and how long it may say nothing once it is ready. */
export interface WatchedProcessOptions {
  readonly load: ToWorker & { readonly type: 'load' };
  readonly timeoutSeconds: number;
}

/** What a process says once it is ready. */
type WorkMessage = Exclude<FromWorker, { readonly type: 'ready' | 'load-failed' }>;

/** Hears what a process says, and when it ends. `onExit` comes last and once. */
export interface WatchedProcessListener {
  readonly onReady: (residentBytes: number, loadSeconds: number) => void;
  readonly onMessage: (message: WorkMessage) => void;
  /** The model could not be loaded; the process ends. */
  readonly onLoadFailed: (message: string) => void;
  readonly onExit: (reason: ExitReason) => void;
}

/** Starts a process, has it load its model, and ends it if it does not answer. */
export function startWatchedProcess(
  { load, timeoutSeconds }: WatchedProcessOptions,
  listener: WatchedProcessListener,
): WatchedProcess {
  const startedAt = performance.now();
  let isReady = false;
  let isClosed = false;
  let exitReason: ExitReason = 'crash';

  const receive = (message: FromWorker) => {
    // It was said before the process was killed. A late `ready` would count as a start that has succeeded.
    if (isClosed) return;
    watch.heard();
    if (message.type === 'ready') {
      isReady = true;
      listener.onReady(message.residentBytes, (performance.now() - startedAt) / 1000);
    } else if (message.type === 'load-failed') {
      listener.onLoadFailed(message.message);
      process.kill();
    } else listener.onMessage(message);
  };

  const exited = () => {
    watch.stop();
    listener.onExit(exitReason);
  };

  const end = (reason: ExitReason) => {
    exitReason = reason;
    process.kill();
  };

  const process = startWorkerProcess({ onMessage: receive, onExit: exited });
  const watch = startWatchdog({
    limitSeconds: () => (isReady ? timeoutSeconds : LOAD_TIMEOUT_SECONDS),
    ask() {
      if (isReady) process.send({ type: 'ping' });
    },
    onSilent() {
      end('hung');
    },
  });
  process.send(load);

  return {
    pid: process.pid,
    get isReady() {
      return isReady;
    },
    send(message) {
      process.send(message);
    },
    end,
    close() {
      isClosed = true;
      watch.stop();
      process.kill();
    },
  };
}

/** How long loading and warming up may take, on a slow disk and a busy machine, seconds. */
const LOAD_TIMEOUT_SECONDS = 90;
