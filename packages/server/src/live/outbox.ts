import type { ServerMessage } from '@auscult/protocol';
import { WebSocket } from 'ws';
import type { Metrics } from '../telemetry/metrics.js';

/** Sends messages to one client. */
export type Send = (message: ServerMessage) => void;

/** What is sent to one client, over one connection after the other. */
export interface Outbox {
  readonly send: Send;
  /** Sends over this connection from now on. Nothing is sent again: see `resend`. */
  readonly connect: (socket: WebSocket) => void;
  /** What is sent from now on is kept, if it is of those that are, and lost if not. */
  readonly disconnect: () => void;
  /** How many messages were sent so far that are kept until they are known to have arrived. */
  readonly sent: () => number;
  /** The client has received so many of them. */
  readonly confirm: (sent: number) => void;
  /** Sends what is not confirmed again, but for finals before `next`, the first that is missing of each channel. */
  readonly resend: (next: readonly number[]) => void;
}

interface Kept {
  readonly number: number;
  readonly message: ServerMessage;
}

/**
 * Sends to a client as long as it reads. Once half of `limitBytes` waits for it, partial hypotheses are left out;
 * once all of it does, `onOverflow` is called, one time a connection, and the caller ends the connection.
 *
 * @param keeps whether the client may come back and ask for what it has not got
 */
export function createOutbox(
  limitBytes: number,
  metrics: Metrics,
  keeps: () => boolean,
  onOverflow: () => void,
): Outbox {
  let socket: WebSocket | undefined;
  let hasOverflown = false;
  let sent = 0;
  let kept: Kept[] = [];

  const send = (message: ServerMessage): void => {
    if (isLasting(message) && keeps()) {
      sent += 1;
      kept.push({ number: sent, message });
    }
    transmit(message);
  };

  const transmit = (message: ServerMessage): void => {
    if (socket?.readyState !== WebSocket.OPEN) return;
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

  return {
    send,
    connect: (next) => {
      socket = next;
      hasOverflown = false;
    },
    disconnect: () => {
      socket = undefined;
    },
    sent: () => sent,
    confirm: (received) => {
      kept = kept.filter(({ number }) => number > received);
    },
    resend: (next) => {
      kept = kept.filter(({ message }) => !isFinalBefore(message, next));
      for (const { message } of kept) transmit(message);
    },
  };
}

function isPartial(message: ServerMessage): boolean {
  return message.type === 'transcription' && !message.isFinal;
}

/** Whether a client that was away has to hear of it: not of what the present moment is about, or answers a mistake. */
function isLasting(message: ServerMessage): boolean {
  switch (message.type) {
    case 'transcription':
      return message.isFinal;
    case 'error':
      return message.code === 'audio_lost';
    case 'speech':
      return message.state === 'finalized';
    case 'stopped':
    case 'refined':
    case 'warning':
    case 'dropped':
      return true;
    case 'connection':
    case 'ready':
    case 'resumed':
    case 'acknowledged':
      return false;
  }
}

function isFinalBefore(message: ServerMessage, next: readonly number[]): boolean {
  return message.type === 'transcription' && message.sequence < (next[message.channel ?? 0] ?? 0);
}

function count(message: ServerMessage, bytes: number, metrics: Metrics): void {
  metrics.sentBytes.inc(bytes);
  if (message.type === 'error') metrics.errors.inc({ code: message.code });
  if (message.type === 'transcription')
    metrics.hypotheses.inc({ kind: message.isFinal ? 'final' : 'partial' });
}
