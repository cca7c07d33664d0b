import type { RecognizerEvent } from '../../recognizer/recognizer.js';
import { startWatchdog } from './watchdog.js';
import { startWorkerProcess } from './worker-process.js';

/** One process that infers, from its start to its end. */
export interface WatchedProcess<To extends object> {
  readonly pid: number | undefined;
  /** Whether it has loaded its model. */
  readonly isReady: boolean;
  send(message: To): void;
  end(reason: ExitReason): void;
  /** Ends it; the listener hears no more than its exit. */
  close(): void;
}

/** Why a process ended. */
export type ExitReason = (RecognizerEvent & { readonly kind: 'worker-exited' })['reason'];

/** What a process runs and loads, and how long it may say nothing once it is ready. */
export interface WatchedProcessOptions<To extends object> {
  readonly module: URL;
  /** The first message. */
  readonly load: To;
  readonly timeoutSeconds: number;
}

/** What a process says of its start: `ready` or `load-failed` answers the first message. */
export type FromStart =
  | { readonly type: 'ready'; readonly residentBytes: number }
  | { readonly type: 'load-failed'; readonly message: string };

/** Hears what a process says, and when it ends. `onExit` comes last and once. */
export interface WatchedProcessListener<Work> {
  readonly onReady: (residentBytes: number, loadSeconds: number) => void;
  /** What it says once it is ready. */
  readonly onMessage: (message: Work) => void;
  /** The model could not be loaded; the process ends. */
  readonly onLoadFailed: (message: string) => void;
  readonly onExit: (reason: ExitReason) => void;
}

/** Starts a process, has it load its model, and ends it if it does not answer, be it only to a `ping`. */
export function startWatchedProcess<To extends object, Work extends { readonly type: string }>(
  { module, load, timeoutSeconds }: WatchedProcessOptions<To>,
  listener: WatchedProcessListener<Work>,
): WatchedProcess<To> {
  const startedAt = performance.now();
  let isReady = false;
  let isClosed = false;
  let exitReason: ExitReason = 'crash';

  const receive = (message: FromStart | Work) => {
    // It was said before the process was killed. A late `ready` would count as a start that has succeeded.
    if (isClosed) return;
    watch.heard();
    if (!isOfStart(message)) listener.onMessage(message);
    else if (message.type === 'ready') {
      isReady = true;
      listener.onReady(message.residentBytes, (performance.now() - startedAt) / 1000);
    } else {
      listener.onLoadFailed(message.message);
      process.kill();
    }
  };

  const exited = () => {
    watch.stop();
    listener.onExit(exitReason);
  };

  const end = (reason: ExitReason) => {
    exitReason = reason;
    process.kill();
  };

  const process = startWorkerProcess<To | Ping, FromStart | Work>(module, {
    onMessage: receive,
    onExit: exited,
  });
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

interface Ping {
  readonly type: 'ping';
}

function isOfStart(message: { readonly type: string }): message is FromStart {
  return message.type === 'ready' || message.type === 'load-failed';
}

/** How long loading and warming up may take, on a slow disk and a busy machine, seconds. */
const LOAD_TIMEOUT_SECONDS = 90;
