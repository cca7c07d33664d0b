import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { Connection } from '../connection/connection.js';
import type { AudioBuffer } from './audio-buffer.js';
import type { FlushRequest, FlushRequests } from './flush-requests.js';
import type { Ledger } from './ledger.js';

/** Sends audio and requests to the server, in order, as fast as the socket takes them. */
export interface AudioSender {
  /** Sends over `connection` from now on, at most so many bytes in a frame. */
  readonly connect: (connection: Connection, maxFrameBytes: number) => void;
  readonly disconnect: () => void;
  /** Sends what there is; to be called when there is more. Without a connection, it waits for one. */
  readonly send: () => void;
  /** Sends the server a sign of life, if it has had none for long. */
  readonly keepAlive: () => void;
}

interface SenderParts {
  readonly buffer: AudioBuffer;
  readonly ledger: Ledger;
  readonly requests: FlushRequests;
  readonly channels: number;
}

/** Samples of each channel in a frame: 50 ms normally, 250 ms when there is much to send. */
const FRAME = SAMPLE_RATE / 20;
const LONG_FRAME = SAMPLE_RATE / 4;
/** The most bytes that wait in the socket; few, so that a broken connection leaves little to send again. */
const MAX_WAITING_BYTES = 64 * 1024;
/** Bytes sent in one go, so that no task takes long. */
const MAX_BYTES_AT_ONCE = 256 * 1024;
/** How soon to check again whether the socket takes more, milliseconds. */
const LOOK_AGAIN_MS = 30;
/** Time without audio after which the server is told that the client is there. */
const KEEPALIVE_MS = 30_000;

export function createAudioSender(parts: SenderParts): AudioSender {
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
      const next = nextToSend(parts, route.maxFrameBytes);
      if (!next) return;
      bytes += sendOver(route.connection, next);
    }
  }

  /** Returns the bytes of audio that were sent. */
  function sendOver(connection: Connection, next: FlushRequest | Int16Array<ArrayBuffer>): number {
    if ('kind' in next) {
      next.isSent = true;
      connection.send({ type: next.kind });
      return 0;
    }
    connection.sendAudio(next);
    parts.ledger.advance(next.length / parts.channels);
    sentAt = performance.now();
    return next.byteLength;
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

/** The next request, or the audio ahead of it; `undefined` while there is too little, or it is being fetched. */
function nextToSend(
  { buffer, ledger, requests, channels }: SenderParts,
  maxFrameBytes: number,
): FlushRequest | Int16Array<ArrayBuffer> | undefined {
  const request = requests.unsent();
  const at = ledger.sent();
  const waiting = (request?.at ?? buffer.end()) - at;
  if (waiting <= 0) return request;
  if (!request && waiting < FRAME) return undefined;
  const mostSamples = Math.max(1, Math.floor(maxFrameBytes / (2 * channels)));
  const frame = waiting >= LONG_FRAME ? LONG_FRAME : FRAME;
  const samples = buffer.read(at, Math.min(waiting, frame, mostSamples));
  if (samples) ledger.silenceSettled(samples, at);
  return samples;
}
