import type { WorkerStatus } from '../../recognizer/recognizer.js';
import { createRestarts } from './restarts.js';
import {
  startWatchedProcess,
  type ExitReason,
  type WatchedProcess,
  type WatchedProcessListener,
  type WatchedProcessOptions,
} from './watched-process.js';

/** A place in which there always is a process that infers, or soon will be. */
export interface SupervisedProcess<To extends object> {
  /** Whether the process in it has loaded its model. */
  readonly isReady: boolean;
  status(): Pick<WorkerStatus, 'pid' | 'state' | 'restarts'>;
  /** Sends the process a message; it is lost if there is no process. */
  send(message: To): void;
  /** Ends the process, so that another takes its place. */
  end(reason: ExitReason): void;
  readonly close: () => Promise<void>;
}

/** Hears what the processes do, one after another. */
export interface SupervisedProcessListener<Work> extends Pick<
  WatchedProcessListener<Work>,
  'onMessage' | 'onLoadFailed'
> {
  /** A process was started; it has been sent nothing but what it loads. */
  readonly onStarted: () => void;
  readonly onReady: (start: ProcessStart) => void;
  readonly onExited: (end: ProcessEnd) => void;
}

/** A process that has loaded its model. */
interface ProcessStart {
  readonly pid: number;
  readonly seconds: number;
  readonly residentBytes: number;
}

/** A process that ended, although nobody closed its place. */
interface ProcessEnd {
  readonly pid: number;
  readonly reason: ExitReason;
}

/**
 * Starts a process, and another whenever it ends: at once the first time, and with growing delays if that does not help. A
 * `result` shows that a process works.
 */
export function superviseProcess<To extends object, Work extends { readonly type: string }>(
  options: WatchedProcessOptions<To>,
  listener: SupervisedProcessListener<Work>,
): SupervisedProcess<To> {
  let process: WatchedProcess<To> | undefined;
  let closed: (() => void) | undefined;
  const pid = () => process?.pid ?? 0;

  const start = () => {
    listener.onStarted();
    process = startWatchedProcess<To, Work>(options, {
      onReady(residentBytes, seconds) {
        listener.onReady({ pid: pid(), seconds, residentBytes });
      },
      onMessage(message) {
        if (message.type === 'result') restarts.proveSound();
        listener.onMessage(message);
      },
      onLoadFailed: listener.onLoadFailed,
      onExit: exited,
    });
  };

  const exited = (reason: ExitReason) => {
    const end = { pid: pid(), reason };
    process = undefined;
    if (closed) {
      closed();
      return;
    }
    restarts.after(reason);
    listener.onExited(end);
  };

  const restarts = createRestarts(start);
  start();

  return {
    get isReady() {
      return process?.isReady === true && !closed;
    },
    status: () => ({
      pid: process?.pid,
      state: stateOf(closed ? undefined : process),
      restarts: restarts.count,
    }),
    send: (message) => process?.send(message),
    end: (reason) => process?.end(reason),
    close: () =>
      new Promise((resolve) => {
        closed = resolve;
        restarts.stop();
        if (process) process.close();
        else resolve();
      }),
  };
}

function stateOf(process: { readonly isReady: boolean } | undefined): WorkerStatus['state'] {
  if (!process) return 'backing-off';
  return process.isReady ? 'ready' : 'starting';
}
