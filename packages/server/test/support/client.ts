import { once } from 'node:events';
import type { ServerMessage, ServerMessageType } from '@auscult/protocol';
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';

type MessageOf<Type extends ServerMessageType> = Extract<ServerMessage, { type: Type }>;

/** A client that keeps all messages that it gets. */
export interface Client {
  readonly socket: WebSocket;
  /** Every message so far, in order. */
  readonly messages: readonly ServerMessage[];
  /** Waits for the next message of that type that `next` has not returned yet. Fails if the socket closes first. */
  readonly next: <Type extends ServerMessageType>(type: Type) => Promise<MessageOf<Type>>;
  /** Messages of that type so far. */
  readonly all: <Type extends ServerMessageType>(type: Type) => readonly MessageOf<Type>[];
  readonly send: (message: object | string) => void;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
}

interface ConnectOptions extends ClientOptions {
  readonly protocols?: readonly string[];
  readonly path?: string;
  /** Gets a function that cuts the socket, to be called once it is no longer needed; by default, after the test. */
  readonly cleanUp?: (cut: () => void) => void;
}

/** Opens `/ws/transcribe`, or another path, of the server at `url`; the socket is cut when the test ends. */
export async function connect(
  url: string,
  { protocols = [], path = '/ws/transcribe', cleanUp = onTestFinished, ...options }: ConnectOptions = {},
): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, [...protocols], options);
  const messages: ServerMessage[] = [];
  const taken = new Map<ServerMessageType, number>();
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('message', (frame: Buffer) => {
    messages.push(JSON.parse(frame.toString()) as ServerMessage);
    wake();
  });
  socket.on('close', wake);
  socket.on('error', () => undefined);
  cleanUp(() => {
    socket.terminate();
  });
  await Promise.race([once(socket, 'open'), closed]);

  const all: Client['all'] = <Type extends ServerMessageType>(type: Type) =>
    messages.filter((message): message is MessageOf<Type> => message.type === type);
  return {
    socket,
    messages,
    all,
    closed,
    next: async (type) => {
      const index = taken.get(type) ?? 0;
      taken.set(type, index + 1);
      for (;;) {
        const message = all(type)[index];
        if (message) return message;
        if (socket.readyState === socket.CLOSED)
          throw new Error(`the socket closed before ${type} number ${index}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    send: (message) => {
      const isRaw = typeof message === 'string' || ArrayBuffer.isView(message);
      socket.send(isRaw ? message : JSON.stringify(message));
    },
  };
}

/** Connects as a client of `auscult.v1` and waits for `ready`. */
export async function connectOptedIn(url: string, options: ConnectOptions = {}): Promise<Client> {
  const client = await connect(url, { ...options, protocols: ['auscult.v1'] });
  await client.next('ready');
  return client;
}

/** Silence, as s16le mono at 16 kHz. */
export function silence(seconds: number): Uint8Array {
  return new Uint8Array(Math.round(seconds * 16_000) * 2);
}

/** A message that changes nothing and is always answered by an error, after the answers to all earlier messages. */
export const MISPLACED_RESUME = { type: 'resume', sessionId: 'none', token: 'none', next: [] };
