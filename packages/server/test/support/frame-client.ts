import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';

/** A client of another service's protocol, of which it knows only frames. */
export interface FrameClient {
  readonly socket: WebSocket;
  /** The JSON in every text frame so far, in order. */
  readonly frames: readonly Frame[];
  /** Waits for the next frame that `next` has not returned yet. Fails if the socket closes first. */
  readonly next: () => Promise<Frame>;
  /** Sends bytes as they are, text as it is, and anything else as JSON. */
  readonly send: (content: Uint8Array | string | object) => void;
  readonly closed: Promise<Closing>;
}

/** What a connection was closed with. */
interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** The JSON object in a text frame. */
export type Frame = Readonly<Record<string, unknown>>;

interface OpenOptions extends ClientOptions {
  readonly protocols?: readonly string[];
}

/** Connects to `address`, such as `http://127.0.0.1:40123/vosk`; the socket is cut when the test ends. */
export async function openFrames(
  address: string,
  { protocols = [], ...options }: OpenOptions = {},
): Promise<FrameClient> {
  const socket = new WebSocket(address.replace('http', 'ws'), [...protocols], options);
  onTestFinished(() => {
    socket.terminate();
  });
  const frames: Frame[] = [];
  let taken = 0;
  let wake = (): void => undefined;
  socket.on('message', (frame: Buffer) => {
    frames.push(JSON.parse(frame.toString()) as Frame);
    wake();
  });
  const closed = new Promise<Closing>((resolve) => {
    socket.once('close', (code, reason) => {
      wake();
      resolve({ code, reason: reason.toString() });
    });
  });
  await once(socket, 'open');
  return {
    socket,
    frames,
    next: async () => {
      for (;;) {
        const frame = frames[taken];
        if (frame !== undefined) {
          taken += 1;
          return frame;
        }
        if (socket.readyState === socket.CLOSED) throw new Error(`the socket closed before frame ${taken}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    send: (content) => {
      const isRaw = typeof content === 'string' || ArrayBuffer.isView(content);
      socket.send(isRaw ? content : JSON.stringify(content));
    },
    closed,
  };
}

/** The answer to a handshake that is refused. */
export async function handshakeRefusal(address: string, options: OpenOptions = {}) {
  const { protocols = [], ...rest } = options;
  const socket = new WebSocket(address.replace('http', 'ws'), [...protocols], rest);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(text) as unknown };
}

/** The headers of the answer to a handshake that succeeds. */
export async function handshakeHeaders(
  address: string,
  options: OpenOptions = {},
): Promise<IncomingMessage['headers']> {
  const { protocols = [], ...rest } = options;
  const socket = new WebSocket(address.replace('http', 'ws'), [...protocols], rest);
  // `ws` fails if none of the subprotocols is selected.
  socket.on('error', () => undefined);
  const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
  socket.terminate();
  return response.headers;
}

/** The header by which `ws://any:KEY@host` shows a key. */
export function basic(key: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`any:${key}`).toString('base64')}` };
}
