import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { ToWorker } from '../messages/worker-messages.js';
import { createRestartDelays } from './restart-delays.js';
import {
  startWatchedProcess,
  type ExitReason,
  type WatchedProcess,
  type WatchedProcessListener,
  type WatchedProcessOptions,
} from './watched-process.js';

/** A place in which there always is an inference process, or soon will be. */
export interface SupervisedProcess {
  /** Whether the process in it has loaded its model. */
  readonly isReady: boolean;
  status(): Pick<WorkerStatus, 'pid' | 'state' | 'restarts'>;
  /** Sends the process a message; it is lost if there is no process. */
  send(message: ToWorker): void;
  /** Ends the process, so that another takes its place. */
  end(reason: ExitReason): void;
  /** Notes that the process has done work: should it end, another is started at once. */
  proveSound(): void;
  readonly close: () => Promise<void>;
}

/** Hears what the processes do, one after another. */
export interface SupervisedProcessListener extends Pick<
  WatchedProcessListener,
  'onMessage' | 'onLoadFailed'
> {
  /** A process was started; it has been sent no audio and no terms yet. */
  readonly onStarted: () => void;
  readonly onReady: (residentBytes: number) => void;
  readonly onExited: () => void;
  readonly onEvent: (event: RecognizerEvent) => void;
}

/**
 * Starts a process, and another whenever it ends: at once the first time, and with growing delays if that does not help.
 *
 * @param worker number of the place, by which events name it
 */
export function superviseProcess(
  worker: number,
  options: WatchedProcessOptions,
  listener: SupervisedProcessListener,
): SupervisedProcess {
  const delays = createRestartDelays();
  let process: WatchedProcess | undefined;
  let restartTimer: NodeJS.Timeout | undefined;
  let closed: (() => void) | undefined;
  const pid = () => process?.pid ?? 0;

  const start = () => {
    listener.onStarted();
    process = startWatchedProcess(options, {
      onMessage: listener.onMessage,
      onLoadFailed: listener.onLoadFailed,
      onReady(residentBytes, seconds) {
        listener.onEvent({ kind: 'worker-ready', worker, pid: pid(), seconds });
        listener.onReady(residentBytes);
      },
      onExit: exited,
    });
  };

  const exited = (reason: ExitReason) => {
    const event = { kind: 'worker-exited', worker, pid: pid(), reason } as const;
    process = undefined;
    if (closed) {
      closed();
      return;
    }
    listener.onEvent(event);
    restartTimer = setTimeout(start, delays.next(reason));
    listener.onExited();
  };

  start();

  return {
    get isReady() {
      return process?.isReady === true && !closed;
    },
    status: () => ({
      pid: process?.pid,
      state: process && !closed ? (process.isReady ? 'ready' : 'starting') : 'backing-off',
      restarts: delays.count,
    }),
    send: (message) => process?.send(message),
    end: (reason) => process?.end(reason),
    proveSound: delays.reset,
    close: () =>
      new Promise((resolve) => {
        closed = resolve;
        clearTimeout(restartTimer);
        if (process) process.close();
        else resolve();
      }),
  };
}
