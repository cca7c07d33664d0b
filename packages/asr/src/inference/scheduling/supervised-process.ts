import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import type { ToWorker } from '../messages/worker-messages.js';
import { createRestarts } from './restarts.js';
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
  let process: WatchedProcess | undefined;
  let closed: (() => void) | undefined;
  const pid = () => process?.pid ?? 0;

  const start = () => {
    listener.onStarted();
    process = startWatchedProcess(options, {
      onReady(residentBytes, seconds) {
        listener.onEvent({ kind: 'worker-ready', worker, pid: pid(), seconds });
        listener.onReady(residentBytes);
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
    const event = { kind: 'worker-exited', worker, pid: pid(), reason } as const;
    process = undefined;
    if (closed) {
      closed();
      return;
    }
    listener.onEvent(event);
    restarts.after(reason);
    listener.onExited();
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

function stateOf(process: WatchedProcess | undefined): WorkerStatus['state'] {
  if (!process) return 'backing-off';
  return process.isReady ? 'ready' : 'starting';
}
