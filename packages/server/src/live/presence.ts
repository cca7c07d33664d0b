import type { WebSocket } from 'ws';
import type { Connection } from './connection.js';
import type { SessionTelemetry } from './session-telemetry.js';

/** Whether the client of a session is there: on successive sockets, and away in between. */
export interface Presence {
  /** Undefined while the client is away. */
  readonly socket: () => WebSocket | undefined;
  /** The client is there, on another socket than before. */
  readonly arrive: (socket: WebSocket) => void;
  /** The client is away and may come back within a time; `onExpired` is called if it has not. */
  readonly awaitReturn: (closeCode: number, onExpired: () => void) => void;
  /** The client is gone for good. */
  readonly leave: () => void;
}

/** Begins with nobody there. `attach` attaches the session to a socket, and `seconds` is how long an absence may last. */
export function createPresence(
  seconds: number,
  attach: (socket: WebSocket) => Connection,
  telemetry: Pick<SessionTelemetry, 'waits' | 'waitsNoMore'>,
): Presence {
  let connection: Connection | undefined;
  /** Set while the client is expected back. */
  let expiry: NodeJS.Timeout | undefined;

  function stopWaiting(): void {
    if (expiry === undefined) return;
    clearTimeout(expiry);
    expiry = undefined;
    telemetry.waitsNoMore();
  }

  function disconnect(): void {
    connection?.release();
    connection = undefined;
  }

  return {
    socket: () => connection?.socket,
    arrive: (socket) => {
      stopWaiting();
      disconnect();
      connection = attach(socket);
    },
    awaitReturn: (closeCode, onExpired) => {
      disconnect();
      telemetry.waits(closeCode);
      expiry = setTimeout(onExpired, seconds * 1000);
    },
    leave: () => {
      disconnect();
      stopWaiting();
    },
  };
}
