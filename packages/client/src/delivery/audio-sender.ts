import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { Identification } from '../speakers/identification.js';
import type { AudioBuffer } from './audio-buffer.js';
import type { FlushRequest, FlushRequests } from './flush-requests.js';
import type { Ledger } from './ledger.js';
import { createSocketSender, type SocketSender } from './socket-sender.js';

interface SenderParts {
  readonly buffer: AudioBuffer;
  readonly ledger: Ledger;
  readonly requests: FlushRequests;
  readonly identification: Identification;
  readonly channels: number;
}

/** Samples of each channel in a frame: 50 ms normally, 250 ms when there is much to send. */
const FRAME = SAMPLE_RATE / 20;
const LONG_FRAME = SAMPLE_RATE / 4;
/** Sends samples. */
export function createAudioSender(parts: SenderParts): SocketSender {
  return createSocketSender((connection, maxFrameBytes) => {
    const correction = parts.identification.take(parts.ledger.sent());
    if (correction) {
      connection.send(correction);
      return 0;
    }
    const next = nextToSend(parts, maxFrameBytes);
    if (next === undefined) return undefined;
    if ('kind' in next) {
      next.isSent = true;
      connection.send({ type: next.kind });
      return 0;
    }
    connection.sendAudio(next);
    parts.ledger.advance(next.length / parts.channels);
    return next.byteLength;
  });
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
