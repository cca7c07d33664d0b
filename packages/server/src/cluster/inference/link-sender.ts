import type { NatsConnection } from '@nats-io/transport-node';
import { writeFrames, type FrameKind } from './frames.js';

/** Sends the messages of one direction of a link, numbered. */
export interface LinkSender {
  send(kind: FrameKind, payload?: Uint8Array, process?: number): void;
}

/** What is counted of messages. */
export interface SentBytes {
  add(bytes: number): void;
}

/** Starts a direction of a link with the frame number 0. With `reply`, NATS says there if nobody listens. */
export function createLinkSender(
  nats: NatsConnection,
  { subject, reply, epoch }: { readonly subject: string; readonly reply?: string; readonly epoch: number },
  sent: SentBytes,
): LinkSender {
  let sequence = 0;
  return {
    send(kind, payload = NOTHING, process = 0) {
      if (nats.isClosed() || nats.isDraining()) return;
      // Smaller than NATS allows, so that a job of another stream need not wait until seconds of audio are through.
      const most = Math.min(MOST_FRAME_BYTES, nats.info?.max_payload ?? Infinity);
      for (const frame of writeFrames({ kind, process, epoch }, payload, sequence, most)) {
        sequence = (sequence + 1) >>> 0;
        sent.add(frame.length);
        nats.publish(subject, frame, reply === undefined ? {} : { reply });
      }
    },
  };
}

const NOTHING = new Uint8Array(0);

const MOST_FRAME_BYTES = 256 * 1024;
