import type { Connection } from '../connection/connection.js';
import type { AudioSender } from '../delivery/audio-sender.js';
import type { FlushRequests } from '../delivery/flush-requests.js';
import type { Entry, RecordedBytes } from './recorded-bytes.js';

/** Sends recorded bytes and requests to the server, in order, as fast as the socket takes them. */
export interface RecordedSender extends AudioSender {
  /** A session begins at this entry. */
  readonly beginSession: (entry: Entry) => void;
  /** The session goes on: it has taken that many bytes. */
  readonly resume: (receivedBytes: number) => void;
  /** The place that belongs to a count of bytes in the session. */
  readonly placeOf: (receivedBytes: number) => number;
}

/** Bytes of a frame at most: some seconds. */
const FRAME_BYTES = 16 * 1024;
/** The most bytes that wait in the socket; few, so that a broken connection leaves little to send again. */
const MAX_WAITING_BYTES = 64 * 1024;
/** How soon to check again whether the socket takes more, milliseconds. */
const LOOK_AGAIN_MS = 30;
/** Time without audio after which the server is told that the client is there. */
const KEEPALIVE_MS = 30_000;

/** Sends nothing before a session has begun and there is a connection. */
export function createRecordedSender(recorded: RecordedBytes, requests: FlushRequests): RecordedSender {
  let route: { readonly connection: Connection; readonly maxFrameBytes: number } | undefined;
  let entry: Entry = { header: new Uint8Array(0), at: 0, seconds: 0 };
  /** Bytes of the session that were sent. */
  let sent = 0;
  let sentAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const placeOf = (bytes: number): number => entry.at + Math.max(0, bytes - entry.header.length);

  function next(most: number): Uint8Array<ArrayBuffer> {
    if (sent < entry.header.length) return entry.header.slice(sent, sent + most);
    const at = placeOf(sent);
    const until = requests.unsent()?.at ?? recorded.end();
    return recorded.read(at, Math.min(most, until - at));
  }

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    while (route) {
      const { connection, maxFrameBytes } = route;
      if (connection.waitingBytes() >= MAX_WAITING_BYTES) {
        timer = setTimeout(send, LOOK_AGAIN_MS);
        return;
      }
      const bytes = next(Math.min(FRAME_BYTES, maxFrameBytes));
      const request = requests.unsent();
      if (bytes.length > 0) {
        connection.sendAudio(bytes);
        sent += bytes.length;
        sentAt = performance.now();
      } else if (request) {
        request.isSent = true;
        connection.send({ type: request.kind });
      } else return;
    }
  }

  return {
    beginSession: (next) => {
      entry = next;
      sent = 0;
    },
    resume: (receivedBytes) => {
      sent = Math.min(sent, receivedBytes);
    },
    placeOf,
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
