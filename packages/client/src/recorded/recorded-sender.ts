import type { FlushRequests } from '../delivery/flush-requests.js';
import { createSocketSender, type SocketSender } from '../delivery/socket-sender.js';
import type { Identification } from '../speakers/identification.js';
import type { Entry, RecordedBytes } from './recorded-bytes.js';

/** Sends recorded bytes and requests to the server, in order, as fast as the socket takes them. */
export interface RecordedSender extends SocketSender {
  /** A session begins at this entry. */
  readonly beginSession: (entry: Entry) => void;
  /** The session goes on: it has taken that many bytes. */
  readonly resume: (receivedBytes: number) => void;
  /** The place that belongs to a count of bytes in the session. */
  readonly placeOf: (receivedBytes: number) => number;
}

/** Bytes of a frame at most: some seconds. */
const FRAME_BYTES = 16 * 1024;

/** Sends nothing before a session has begun and there is a connection. */
export function createRecordedSender(
  recorded: RecordedBytes,
  requests: FlushRequests,
  identification: Identification,
): RecordedSender {
  let entry: Entry = { header: new Uint8Array(0), at: 0, seconds: 0 };
  /** Bytes of the session that were sent. */
  let sent = 0;

  const placeOf = (bytes: number): number => entry.at + Math.max(0, bytes - entry.header.length);

  function next(most: number): Uint8Array<ArrayBuffer> {
    if (sent < entry.header.length) return entry.header.slice(sent, sent + most);
    const at = placeOf(sent);
    const until = requests.unsent()?.at ?? recorded.end();
    return recorded.read(at, Math.min(most, until - at));
  }

  return {
    ...createSocketSender((connection, maxFrameBytes) => {
      const correction = identification.take(placeOf(sent));
      if (correction) {
        connection.send(correction);
        return 0;
      }
      const bytes = next(Math.min(FRAME_BYTES, maxFrameBytes));
      if (bytes.length > 0) {
        connection.sendAudio(bytes);
        sent += bytes.length;
        return bytes.length;
      }
      const request = requests.unsent();
      if (!request) return undefined;
      request.isSent = true;
      connection.send({ type: request.kind });
      return 0;
    }),
    beginSession: (next) => {
      entry = next;
      sent = 0;
    },
    resume: (receivedBytes) => {
      sent = Math.min(sent, receivedBytes);
    },
    placeOf,
  };
}
