import { closeTable } from '@auscult/protocol';
import type { WebSocket } from 'ws';
import type { Config } from '../config/schema.js';
import { FRAME_TOO_LARGE } from './announcing-web-socket.js';
import { startHeartbeat } from './heartbeat.js';
import type { Inbox } from './inbox.js';
import type { Outbox } from './outbox.js';

/** A socket that a session is attached to, and what watches over it. */
export interface Connection {
  readonly socket: WebSocket;
  /** Takes the session off the socket, which stays as it is. No listener is called afterwards. */
  readonly release: () => void;
}

/** What a connection reads into, sends from and reports to. */
export interface ConnectionListener {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly parting: ConnectionLoss;
  readonly onFrame: (frame: Buffer, isBinary: boolean) => void;
  /** Called when it is time to acknowledge how far audio has come. */
  readonly onAcknowledge: () => void;
}

/** Receives how a connection comes to its end. */
export interface ConnectionLoss {
  /** The connection has closed, or is dead, which counts as a close code of its own. */
  readonly lose: (closeCode: number) => void;
  /** The connection is about to close, since a message is larger than allowed. */
  readonly failTooLarge: () => void;
  /** Nothing has come over the connection for longer than allowed. */
  readonly failIdle: () => void;
}

/** How often a client is told how far the server has come, milliseconds. */
const ACKNOWLEDGE_MS = 2000;

/** Attaches a session to a socket that is open. */
export function attachToSocket(
  socket: WebSocket,
  { pingIntervalSeconds, idleTimeoutSeconds }: Config,
  { inbox, outbox, parting, onFrame, onAcknowledge }: ConnectionListener,
): Connection {
  const heartbeat = startHeartbeat(socket, pingIntervalSeconds, {
    isPaused: inbox.isPaused,
    mark: outbox.sent,
    onReceived: outbox.confirm,
    onDead: () => {
      socket.terminate();
      parting.lose(closeTable.idle_timeout.code);
    },
  });
  const acknowledging = setInterval(onAcknowledge, ACKNOWLEDGE_MS);
  const idle = setTimeout(() => {
    // While the server does not read, the client may be sending.
    if (inbox.isPaused()) idle.refresh();
    else parting.failIdle();
  }, idleTimeoutSeconds * 1000);
  const onMessage = (frame: Buffer, isBinary: boolean): void => {
    heartbeat.heard();
    idle.refresh();
    onFrame(frame, isBinary);
  };
  socket.on('message', onMessage);
  socket.on('close', parting.lose);
  socket.on(FRAME_TOO_LARGE, parting.failTooLarge);
  outbox.connect(socket);
  inbox.connect(socket);

  return {
    socket,
    release: () => {
      heartbeat.stop();
      clearInterval(acknowledging);
      clearTimeout(idle);
      socket.off('message', onMessage);
      socket.off('close', parting.lose);
      socket.off(FRAME_TOO_LARGE, parting.failTooLarge);
      inbox.disconnect();
      outbox.disconnect();
    },
  };
}
