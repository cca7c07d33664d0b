import { WebSocket } from 'ws';
import type { Metrics } from '../telemetry/metrics.js';
import type { DialectSession } from './dialect.js';
import type { FinalEvent, PartialEvent, SessionEvent } from './events.js';

/** Sends an event to the client of a session. */
export type Emit = (event: SessionEvent) => void;

/** The events for one client, over successive connections. */
export interface Outbox {
  readonly emit: Emit;
  /** Sends over this connection from now on. Nothing is sent again: see `resend`. */
  readonly connect: (socket: WebSocket) => void;
  /** The connection is gone. Events that are to be kept are kept from now on, others are lost. */
  readonly disconnect: () => void;
  /** How many lasting events have been sent so far: these are kept until they are known to have arrived. */
  readonly sent: () => number;
  /** Notes how many of these the client has received. */
  readonly confirm: (sent: number) => void;
  /** Takes events that another process has sent, so that they are sent again before all others; nothing is sent yet. */
  readonly restore: (events: readonly SessionEvent[]) => void;
  /** Sends unconfirmed events again, except finals before `next`, the first missing final of each channel. */
  readonly resend: (next: readonly number[]) => void;
}

/** What an outbox needs from its session. */
export interface OutboxServices {
  readonly dialect: Pick<DialectSession, 'write'>;
  readonly metrics: Metrics;
  /** Bytes that may wait for the client. */
  readonly limitBytes: number;
  /** Whether the client may come back and ask for what it has not received. */
  readonly keeps: () => boolean;
  /** Called when more waits than is allowed, once per connection, which the caller then ends. */
  readonly onOverflow: () => void;
}

/** An event as it is sent. */
interface Written {
  readonly event: SessionEvent;
  readonly frames: readonly string[];
}

/** Sends to a client as long as it reads. Once half of what may wait is waiting, partial hypotheses are left out. */
export function createOutbox({ dialect, metrics, limitBytes, keeps, onOverflow }: OutboxServices): Outbox {
  let socket: WebSocket | undefined;
  let hasOverflown = false;
  let sent = 0;
  let kept: (Written & { readonly number: number })[] = [];

  const emit = (event: SessionEvent): void => {
    if (event.kind === 'partial' && !mayTakePartial()) return;
    const written = { event, frames: dialect.write(event) };
    const isKept = isLasting(event) && keeps();
    // Some dialects tell a final later, with something else.
    if (event.kind === 'final' && (isKept || socket?.readyState === WebSocket.OPEN)) countHypothesis(event);
    if (written.frames.length === 0) return;
    if (event.kind === 'partial') countHypothesis(event);
    if (isKept) {
      sent += 1;
      kept.push({ ...written, number: sent });
    }
    transmit(written);
  };

  const countHypothesis = ({ kind }: FinalEvent | PartialEvent): void => {
    metrics.hypotheses.inc({ kind });
  };

  const mayTakePartial = (): boolean => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    if (socket.bufferedAmount <= limitBytes / 2) return true;
    metrics.partialsDropped.inc();
    return false;
  };

  const transmit = ({ event, frames }: Written): void => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    for (const frame of frames) {
      const bytes = Buffer.from(frame);
      socket.send(bytes, { binary: false });
      metrics.sentBytes.inc(bytes.length);
    }
    count(event, metrics);
    if (hasOverflown || socket.bufferedAmount <= limitBytes) return;
    hasOverflown = true;
    onOverflow();
  };

  return {
    emit,
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
    restore: (events) => {
      const restored = events.map((event) => ({ event, frames: dialect.write(event), number: ++sent }));
      kept = [...restored, ...kept];
    },
    resend: (next) => {
      kept = kept.filter(({ event }) => !isFinalBefore(event, next));
      for (const written of kept) transmit(written);
    },
  };
}

/** Whether a client that was away must get the event; not if it only concerns the moment, or answers a mistake. */
function isLasting({ kind }: SessionEvent): boolean {
  switch (kind) {
    case 'final':
    case 'empty':
    case 'dropped':
    case 'lost':
    case 'finalized':
    case 'stopped':
    case 'refined':
    case 'speakers':
    case 'warning':
    case 'paused':
      return true;
    case 'opened':
    case 'configured':
    case 'partial':
    case 'speech':
    case 'taken':
    case 'ending':
    case 'reply':
    case 'error':
    case 'resumed':
    case 'acknowledged':
      return false;
  }
}

function isFinalBefore(event: SessionEvent, next: readonly number[]): boolean {
  return event.kind === 'final' && event.hypothesis.sequence < (next[event.channel] ?? 0);
}

function count(event: SessionEvent, metrics: Metrics): void {
  if (event.kind === 'error') metrics.errors.inc({ code: event.problem.code });
  if (event.kind === 'lost') metrics.errors.inc({ code: 'audio_lost' });
}
