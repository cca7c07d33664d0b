import type { ClientMessage, ServerMessage } from '@auscult/protocol';
import { TranscriberError } from '../problem.js';
import type { TranscriberOptions, WebSocketConstructor, WebSocketLike } from '../transcriber-options.js';
import { askAddress, type AddressAnswer } from './ask-address.js';
import { parseServerMessage } from './parse-server-message.js';

/** One WebSocket, from the moment it is asked for until it is gone. */
export interface Connection {
  readonly send: (message: ClientMessage) => void;
  /** Interleaved samples, or bytes of a recording. */
  readonly sendAudio: (audio: Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>) => void;
  /** Bytes that wait to leave. */
  readonly waitingBytes: () => number;
  /** Closes it in order. No listener is called afterwards. */
  readonly close: () => void;
  /** Gives it up without waiting for the server, which may be dead. No listener is called afterwards. */
  readonly abandon: () => void;
}

/** How a connection ended. */
export type ConnectionEnd =
  | { readonly kind: 'ended'; readonly closeCode: number }
  /** It never opened. */
  | { readonly kind: 'unopened'; readonly answer: AddressAnswer }
  /** Nobody is logged in who could get a ticket. */
  | { readonly kind: 'unauthorized' }
  /** A page like this one is not allowed to connect there at all, such as from https:// to ws://. */
  | { readonly kind: 'barred' };

/** Receives what happens to a connection. */
export interface ConnectionListener {
  readonly onOpen: () => void;
  readonly onMessage: (message: ServerMessage) => void;
  /** Called once, last. */
  readonly onEnd: (end: ConnectionEnd) => void;
}

/** Where to connect, and with what. */
export interface ConnectionTarget {
  readonly WebSocket: WebSocketConstructor;
  readonly url: string;
  readonly ticket: TranscriberOptions['ticket'];
  /** Whether the address is asked over HTTP if the socket does not open, which takes time. */
  readonly asks: boolean;
}

/**
 * Neither 1000 nor no code, since the session is to be kept; and none of the application codes that the protocol
 * uses.
 */
const ABANDONED = 4000;
/** The client is done: the server need not keep the session. */
const NORMAL_CLOSURE = 1000;

/** RFC 6455: the connection ended without a close frame. */
export const NO_STATUS = 1006;

/** A ticket travels as a subprotocol beside the real one: browsers send no headers with a socket. */
const PROTOCOL = 'auscult.v1';
const TICKET_PROTOCOL = 'auscult.ticket.';

/** Connects, with a new ticket if tickets are available. */
export function openConnection(
  { WebSocket, url, ticket, asks }: ConnectionTarget,
  listener: ConnectionListener,
): Connection {
  let socket: WebSocketLike | undefined;
  let isOver = false;

  function end(how: ConnectionEnd): void {
    if (isOver) return;
    isOver = true;
    listener.onEnd(how);
  }

  function open(protocols?: string[]): void {
    if (isOver) return;
    try {
      socket = new WebSocket(url, protocols);
    } catch {
      return end({ kind: 'barred' });
    }
    listenTo(socket, {
      onOpen: () => {
        if (!isOver) listener.onOpen();
      },
      onMessage: (message) => {
        if (!isOver) listener.onMessage(message);
      },
      onClose: (closeCode) => end({ kind: 'ended', closeCode }),
      onUnopened: (status) => void unopened(status),
    });
  }

  async function unopened(status: number | undefined): Promise<void> {
    if (isOver) return;
    end({ kind: 'unopened', answer: status ?? (asks ? await askAddress(url) : 'none') });
  }

  if (ticket === undefined) open();
  else
    ticket().then(
      (text) => open([PROTOCOL, TICKET_PROTOCOL + text]),
      (error: unknown) => end(endWithoutTicket(error)),
    );

  return {
    send: (message) => socket?.send(JSON.stringify(message)),
    sendAudio: (audio) => socket?.send(audio),
    waitingBytes: () => socket?.bufferedAmount ?? 0,
    close: () => {
      isOver = true;
      socket?.close(NORMAL_CLOSURE);
    },
    abandon: () => {
      isOver = true;
      if (socket) abandon(socket);
    },
  };
}

function endWithoutTicket(error: unknown): ConnectionEnd {
  return error instanceof TranscriberError && error.code === 'unauthorized'
    ? { kind: 'unauthorized' }
    : { kind: 'ended', closeCode: NO_STATUS };
}

function abandon(socket: WebSocketLike): void {
  // A dead peer never answers a close frame, and `ws` would wait for it.
  if (socket.terminate) socket.terminate();
  else socket.close(ABANDONED);
}

interface SocketListener extends Omit<ConnectionListener, 'onEnd'> {
  /** It was open before. */
  readonly onClose: (closeCode: number) => void;
  /** It never opened. `status` is what the upgrade was answered with, where that is known. */
  readonly onUnopened: (status: number | undefined) => void;
}

function listenTo(socket: WebSocketLike, listener: SocketListener): void {
  let hasOpened = false;
  let status: number | undefined;
  socket.addEventListener('open', () => {
    hasOpened = true;
    listener.onOpen();
  });
  socket.addEventListener('message', ({ data }) => {
    const message = parseServerMessage(data);
    if (message) listener.onMessage(message);
  });
  // `close` follows and says more, except for the answer to an upgrade, which `ws` reports here.
  socket.addEventListener('error', (event) => {
    const digits = /response: (\d{3})$/.exec(String((event as { message?: unknown }).message))?.[1];
    if (digits !== undefined) status = Number(digits);
  });
  socket.addEventListener('close', ({ code }) => {
    if (hasOpened) listener.onClose(code);
    else listener.onUnopened(status);
  });
}
