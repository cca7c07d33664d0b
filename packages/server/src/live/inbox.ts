import type { WebSocket } from 'ws';

/** Why reading from a client is paused: it sends too many messages, or audio faster than it is recognised. */
export type PauseReason = 'message-rate' | 'backlog';

/**
 * A piece of work on a session, most often one message. If it spans turns of the event loop, it asks before it goes
 * on whether it is `superseded`: then another connection has come, or the session is over, and the rest is dropped.
 */
type Task = (superseded: () => boolean) => void | Promise<void>;

/** Does the work of one session strictly in order, over successive connections. */
export interface Inbox {
  /**
   * Reads from this connection from now on. What still waits from the one before is dropped, as if it had never
   * arrived: a client that comes back is told what was taken, and sends the rest again.
   */
  readonly connect: (socket: WebSocket) => void;
  /** The connection is gone. What it has brought is handled all the same. */
  readonly disconnect: () => void;
  /** Does `task` once everything before it is done; at once if nothing is waiting. */
  readonly run: (task: Task) => void;
  /** Makes work wait, and with it the client, until it is resumed for every reason. */
  readonly pause: (reason: PauseReason) => void;
  readonly resume: (reason: PauseReason) => void;
  readonly isPausedFor: (reason: PauseReason) => boolean;
  /** Whether the socket is not being read just now. */
  readonly isPaused: () => boolean;
  /** Reads no further message, but does the work that is waiting. */
  readonly stopReading: () => void;
  /** Drops what is waiting, and everything that still comes. */
  readonly close: () => void;
}

/**
 * While a task is under way or work is paused, the socket is not read, so that TCP slows the client down and nothing
 * has to be dropped. At most the chunk that was already read from the kernel, 64 KiB, then waits. `onFailure`
 * receives what a task throws, after which the inbox is closed.
 */
export function createInbox(onFailure: (error: unknown) => void): Inbox {
  let socket: WebSocket | undefined;
  const waiting: Task[] = [];
  const pauses = new Set<PauseReason>();
  let state: 'reading' | 'finishing' | 'closed' = 'reading';
  let underWay = false;
  let connections = 0;

  function advance(): void {
    while (!underWay && pauses.size === 0 && state !== 'closed') {
      const task = waiting.shift();
      if (!task) break;
      start(task);
    }
    if (!socket || isPaused() === socket.isPaused) return;
    if (isPaused()) socket.pause();
    else socket.resume();
  }

  function start(task: Task): void {
    const began = connections;
    try {
      const pending = task(() => connections !== began || state === 'closed');
      if (!pending) return;
      underWay = true;
      pending.then(finish, fail);
    } catch (error) {
      fail(error);
    }
  }

  function finish(): void {
    underWay = false;
    advance();
  }

  function fail(error: unknown): void {
    if (state === 'closed') return;
    close();
    onFailure(error);
  }

  function close(): void {
    state = 'closed';
    waiting.length = 0;
    advance();
  }

  function isPaused(): boolean {
    return state !== 'closed' && (state === 'finishing' || underWay || pauses.size > 0);
  }

  return {
    connect: (next) => {
      waiting.length = 0;
      connections += 1;
      socket = next;
      advance();
    },
    disconnect: () => {
      // A socket that is not read would never report that it has closed.
      if (socket?.isPaused === true) socket.resume();
      socket = undefined;
    },
    run: (task) => {
      if (state === 'closed') return;
      waiting.push(task);
      advance();
    },
    pause: (reason) => {
      pauses.add(reason);
      advance();
    },
    resume: (reason) => {
      if (pauses.delete(reason)) advance();
    },
    isPausedFor: (reason) => pauses.has(reason),
    isPaused,
    stopReading: () => {
      if (state === 'reading') state = 'finishing';
      advance();
    },
    close,
  };
}
