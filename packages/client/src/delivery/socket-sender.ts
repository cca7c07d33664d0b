import type { Connection } from '../connection/connection.js';

/** Sends audio and requests to the server, in order, as fast as the socket takes them. */
export interface SocketSender {
  /** Sends over `connection` from now on, at most so many bytes in a frame. */
  readonly connect: (connection: Connection, maxFrameBytes: number) => void;
  readonly disconnect: () => void;
  /** Sends what there is; to be called when there is more. Without a connection, it waits for one. */
  readonly send: () => void;
  /** Sends the server a sign of life, if it has had none for long. */
  readonly keepAlive: () => void;
}

/** The most bytes that wait in the socket; few, so that a broken connection leaves little to send again. */
const MAX_WAITING_BYTES = 64 * 1024;
/** Bytes sent in one go, so that no task takes long. */
const MAX_BYTES_AT_ONCE = 256 * 1024;
/** How soon to check again whether the socket takes more, milliseconds. */
const LOOK_AGAIN_MS = 30;
/** Time without audio after which the server is told that the client is there. */
const KEEPALIVE_MS = 30_000;

/**
 * @param sendNext sends one frame of audio or one request, and returns the bytes of audio in it; undefined if there was nothing
 * to send
 */
export function createSocketSender(
  sendNext: (connection: Connection, maxFrameBytes: number) => number | undefined,
): SocketSender {
  let route: Route | undefined;
  let sentAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    let bytes = 0;
    while (route) {
      if (route.connection.waitingBytes() >= MAX_WAITING_BYTES || bytes >= MAX_BYTES_AT_ONCE) {
        timer = setTimeout(send, LOOK_AGAIN_MS);
        return;
      }
      const sent = sendNext(route.connection, route.maxFrameBytes);
      if (sent === undefined) return;
      if (sent > 0) sentAt = performance.now();
      bytes += sent;
    }
  }

  return {
    connect: (connection, maxFrameBytes) => {
      route = { connection, maxFrameBytes };
      sentAt = performance.now();
      send();
    },
    disconnect: () => {
      clearTimeout(timer);
      route = undefined;
    },
    send,
    keepAlive: () => {
      if (!route || performance.now() - sentAt <= KEEPALIVE_MS) return;
      sentAt = performance.now();
      route.connection.send({ type: 'keepalive' });
    },
  };
}

interface Route {
  readonly connection: Connection;
  readonly maxFrameBytes: number;
}
