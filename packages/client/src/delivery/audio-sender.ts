import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { Connection } from '../connection/connection.js';
import type { AudioBuffer } from './audio-buffer.js';
import type { FlushRequests } from './flush-requests.js';
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

export function createAudioSender({ buffer, ledger, requests, channels }: SenderParts): AudioSender {
  let to: { readonly connection: Connection; readonly maxFrameBytes: number } | undefined;
  let sentAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    let bytes = 0;
    while (to) {
      if (to.connection.waitingBytes() >= MAX_WAITING_BYTES || bytes >= MAX_BYTES_AT_ONCE) {
        timer = setTimeout(send, LOOK_AGAIN_MS);
        return;
      }
      const sent = sendNext(to.connection, to.maxFrameBytes);
      if (sent === undefined) return;
      bytes += sent;
    }
  }

  /** Sends the next frame or request; its bytes, or `undefined` if there is nothing to send yet. */
  function sendNext(connection: Connection, maxFrameBytes: number): number | undefined {
    const request = requests.unsent();
    const at = ledger.sent();
    const waiting = (request?.at ?? buffer.end()) - at;
    if (waiting > 0) {
      if (!request && waiting < FRAME) return undefined;
      const frame = Math.min(waiting, waiting >= LONG_FRAME ? LONG_FRAME : FRAME);
      const limit = Math.floor(maxFrameBytes / (2 * channels));
      return sendAudio(connection, at, Math.max(1, Math.min(frame, limit)));
    }
    if (!request) return undefined;
    request.isSent = true;
    connection.send({ type: request.kind });
    return 0;
  }

  function sendAudio(connection: Connection, at: number, wanted: number): number | undefined {
    const samples = buffer.read(at, wanted);
    if (!samples) return undefined;
    ledger.silenceSettled(samples, at);
    connection.sendAudio(samples);
    ledger.advance(samples.length / channels);
    sentAt = performance.now();
    return samples.byteLength;
  }

  return {
    connect: (connection, maxFrameBytes) => {
      to = { connection, maxFrameBytes };
      sentAt = performance.now();
      send();
    },
    disconnect: () => {
      clearTimeout(timer);
      to = undefined;
    },
    send,
    keepAlive: () => {
      if (!to || performance.now() - sentAt <= KEEPALIVE_MS) return;
      sentAt = performance.now();
      to.connection.send({ type: 'keepalive' });
    },
  };
}
