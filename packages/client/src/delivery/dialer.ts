import type { ServerMessage } from '@auscult/protocol';
import { createBackoff } from '../connection/backoff.js';
import {
  NO_STATUS,
  openConnection,
  type Connection,
  type ConnectionEnd,
  type ConnectionTarget,
} from '../connection/connection.js';
import type { ServerUrls } from '../connection/server-url.js';
import type { TranscriberOptions, WebSocketConstructor } from '../transcriber-options.js';
import type { LinkAction, LinkEvent } from './link.js';

type ConnectAction = Extract<LinkAction, { kind: 'connect' }>;

/** Makes connections to the server, one at a time, with pauses between them. */
export interface Dialer {
  /** Drops the current connection and makes another, for the old session or a new one. */
  readonly dial: (to: ConnectAction) => void;
  /** The connection that exists or is being made. */
  readonly connection: () => Connection | undefined;
  /** Audio is delivered over the connection: its handshake is over. */
  readonly hold: () => void;
  /** Takes the connection for dead. */
  readonly abandon: () => void;
  /** Forgets the connection, and stops the timer. */
  readonly hangUp: () => void;
  /** Tries again after a pause, the milliseconds of which are returned. */
  readonly pause: () => number;
  /** Attempts since the last connection that held. */
  readonly attempt: () => number;
}

interface DialerOptions {
  readonly urls: ServerUrls;
  readonly WebSocket: WebSocketConstructor;
  readonly ticket: TranscriberOptions['ticket'];
  readonly onEvent: (event: LinkEvent) => void;
  readonly onMessage: (message: ServerMessage) => void;
  /** There is no connection any more; called before the event that tells why. */
  readonly onHungUp: () => void;
}

const HANDSHAKE_MS = 10_000;
/** Tries before the address of a server that was there once is asked what stands in its place. */
const PATIENT_ATTEMPTS = 3;

export function createDialer(options: DialerOptions): Dialer {
  const { onEvent, onMessage, onHungUp } = options;
  const backoff = createBackoff();
  let connection: Connection | undefined;
  /** Timer of the handshake, or of the pause before the next attempt. */
  let timer: ReturnType<typeof setTimeout> | undefined;

  function dial(to: ConnectAction): void {
    hangUp();
    startTimer(HANDSHAKE_MS, abandon);
    connection = openConnection(targetOf(to, options, backoff.attempt()), {
      onOpen: () => onEvent({ kind: 'opened' }),
      onMessage,
      onEnd: lose,
    });
  }

  function abandon(): void {
    connection?.abandon();
    lose({ kind: 'ended', closeCode: NO_STATUS });
  }

  function lose(end: ConnectionEnd): void {
    hangUp();
    onEvent({ ...end, attempt: backoff.attempt() });
  }

  function hangUp(): void {
    clearTimeout(timer);
    onHungUp();
    connection = undefined;
    backoff.disconnected();
  }

  function startTimer(milliseconds: number, whenOver: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(whenOver, milliseconds);
  }

  return {
    dial,
    connection: () => connection,
    hold: () => {
      clearTimeout(timer);
      backoff.connected();
    },
    abandon,
    hangUp,
    pause: () => {
      const milliseconds = backoff.next();
      startTimer(milliseconds, () => onEvent({ kind: 'retry' }));
      return milliseconds;
    },
    attempt: backoff.attempt,
  };
}

function targetOf(
  { asksFor, wasThere }: ConnectAction,
  { urls, WebSocket, ticket }: DialerOptions,
  attempt: number,
): ConnectionTarget {
  return {
    WebSocket,
    url: asksFor === 'old-session' ? urls.resume : urls.fresh,
    ticket,
    // A server that has been there is waited for in any case: what stands in its place can be asked later.
    asks: !wasThere || attempt > PATIENT_ATTEMPTS,
  };
}
