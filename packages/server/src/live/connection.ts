import { closeTable } from '@auscult/protocol';
import type { WebSocket } from 'ws';
import type { Config } from '../config/schema.js';
import { FRAME_TOO_LARGE } from './announcing-web-socket.js';
import { startHeartbeat } from './heartbeat.js';
import type { Inbox } from './inbox.js';
import type { Outbox } from './outbox.js';

/** A socket that a session is held on, and what watches over it. */
export interface Connection {
  readonly socket: WebSocket;
  /** Takes the session off the socket, which stays as it is. Nothing is called any more. */
  readonly release: () => void;
}

/** What a connection reads into, sends from and tells. */
export interface ConnectionListener {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly onFrame: (frame: Buffer, isBinary: boolean) => void;
  /** Closed, or dead, which counts as a close code of its own. */
  readonly onLost: (closeCode: number) => void;
  /** The socket is about to close, as a message is larger than may be. */
  readonly onTooLarge: () => void;
  /** Nothing came for longer than may be. */
  readonly onIdle: () => void;
  /** It is time to tell how far audio has come. */
  readonly onAcknowledge: () => void;
}

/** How often a client is told how far the server has come, milliseconds. */
const ACKNOWLEDGE_MS = 2000;

/** Holds a session on a socket that is open. */
export function holdConnection(
  socket: WebSocket,
  { pingIntervalSeconds, idleTimeoutSeconds }: Config,
  { inbox, outbox, onFrame, onLost, onTooLarge, onIdle, onAcknowledge }: ConnectionListener,
): Connection {
  const heartbeat = startHeartbeat(socket, pingIntervalSeconds, {
    isPaused: inbox.isPaused,
    mark: outbox.sent,
    onReceived: outbox.confirm,
    onDead: () => {
      socket.terminate();
      onLost(closeTable.idle_timeout.code);
    },
  });
  const acknowledging = setInterval(onAcknowledge, ACKNOWLEDGE_MS);
  const idle = setTimeout(() => {
    // While the server does not read, it is not the client that is silent.
    if (inbox.isPaused()) idle.refresh();
    else onIdle();
  }, idleTimeoutSeconds * 1000);
  const onMessage = (frame: Buffer, isBinary: boolean): void => {
    heartbeat.heard();
    idle.refresh();
    onFrame(frame, isBinary);
  };
  socket.on('message', onMessage);
  socket.on('close', onLost);
  socket.on(FRAME_TOO_LARGE, onTooLarge);
  outbox.connect(socket);
  inbox.connect(socket);

  return {
    socket,
    release: () => {
      heartbeat.stop();
      clearInterval(acknowledging);
      clearTimeout(idle);
      socket.off('message', onMessage);
      socket.off('close', onLost);
      socket.off(FRAME_TOO_LARGE, onTooLarge);
      inbox.disconnect();
      outbox.disconnect();
    },
  };
}
