import type { ClientMessage, ServerMessage } from '@auscult/protocol';
import type { WebSocketConstructor } from '../transcriber-options.js';
import { parseServerMessage } from './parse-server-message.js';

/** One WebSocket, from the moment it is asked for until it is gone. */
export interface Connection {
  readonly send: (message: ClientMessage) => void;
  /** Interleaved samples. */
  readonly sendAudio: (samples: Int16Array<ArrayBuffer>) => void;
  /** Bytes that wait to leave. */
  readonly waitingBytes: () => number;
  /** Closes it in order; nothing is told of it any more. */
  readonly close: () => void;
  /** Leaves it as it is, dead or refused; nothing is told of it any more. */
  readonly abandon: () => void;
}

/** Told what happens to a connection. `onClose` comes once and last. */
export interface ConnectionListener {
  readonly onOpen: () => void;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onClose: (code: number, reason: string) => void;
}

/** Not 1000, and not nothing: the session is to be kept. Of the codes that applications choose, the protocol knows none here. */
const ABANDONED = 4000;
/** The client is done: the server need not keep the session. */
const NORMAL_CLOSURE = 1000;

/** Connects to `url`. Throws what the constructor throws: for an address that pages like this one may not reach. */
export function openConnection(
  WebSocket: WebSocketConstructor,
  url: string,
  listener: ConnectionListener,
): Connection {
  const socket = new WebSocket(url);
  let isOver = false;
  socket.addEventListener('open', () => {
    if (!isOver) listener.onOpen();
  });
  socket.addEventListener('message', ({ data }) => {
    const message = isOver ? undefined : parseServerMessage(data);
    if (message) listener.onMessage(message);
  });
  // `close` follows and says more.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', ({ code, reason }) => {
    if (isOver) return;
    isOver = true;
    listener.onClose(code, reason);
  });
  return {
    send: (message) => {
      socket.send(JSON.stringify(message));
    },
    sendAudio: (samples) => {
      socket.send(samples);
    },
    waitingBytes: () => socket.bufferedAmount,
    close: () => {
      isOver = true;
      socket.close(NORMAL_CLOSURE);
    },
    abandon: () => {
      isOver = true;
      // A dead peer never answers a close frame, and `ws` would wait for it.
      if (socket.terminate) socket.terminate();
      else socket.close(ABANDONED);
    },
  };
}
