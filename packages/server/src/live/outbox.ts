import type { ServerMessage } from '@auscult/protocol';
import type { WebSocket } from 'ws';
import type { Metrics } from '../telemetry/metrics.js';

/** Sends messages to one client. */
export type Send = (message: ServerMessage) => void;

/**
 * Sends to a client as long as it reads. Once half of `limitBytes` waits for it, partial hypotheses are left out;
 * once all of it does, `onOverflow` is called, one time, and the caller ends the session.
 */
export function createOutbox(
  socket: WebSocket,
  limitBytes: number,
  metrics: Metrics,
  onOverflow: () => void,
): Send {
  let hasOverflown = false;
  return (message) => {
    if (socket.readyState !== socket.OPEN) return;
    if (isPartial(message) && socket.bufferedAmount > limitBytes / 2) {
      metrics.partialsDropped.inc();
      return;
    }
    const frame = Buffer.from(JSON.stringify(message));
    socket.send(frame, { binary: false });
    count(message, frame.length, metrics);
    if (hasOverflown || socket.bufferedAmount <= limitBytes) return;
    hasOverflown = true;
    onOverflow();
  };
}

function isPartial(message: ServerMessage): boolean {
  return message.type === 'transcription' && !message.isFinal;
}

function count(message: ServerMessage, bytes: number, metrics: Metrics): void {
  metrics.sentBytes.inc(bytes);
  if (message.type === 'error') metrics.errors.inc({ code: message.code });
  if (message.type === 'transcription')
    metrics.hypotheses.inc({ kind: message.isFinal ? 'final' : 'partial' });
}
