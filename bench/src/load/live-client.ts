import { performance } from 'node:perf_hooks';
import { WebSocket, type RawData } from 'ws';
import { encodedAudio, type TrackEncoding } from './encoded-track.js';

/** How a benchmark client speaks to the server. */
export interface ClientOptions {
  /** Address of the WebSocket, such as `ws://127.0.0.1:8000/ws/transcribe`. */
  readonly url: string;
  /** A `plain` client knows only the messages that every client gets: no `configure`, no partials. */
  readonly speaks: 'auscult.v1' | 'plain';
  readonly partials: boolean;
  /** How audio is written, if not as 16-bit samples at 16 kHz. */
  readonly encoding?: TrackEncoding | undefined;
  /** An API key; if absent, the client is unauthenticated. */
  readonly key?: string | undefined;
  /**
   * A plain client is not told when all text has been sent: it takes this long without a message as the end.
   */
  readonly quietSeconds: number;
}

/** Text from the server and the moment at which it came, milliseconds of `performance.now()`. */
export interface Hypothesis {
  readonly at: number;
  readonly text: string;
  readonly isFinal: boolean;
  /** Absent from servers that know only the plain messages. */
  readonly sequence?: number;
  /** Seconds on the stream's clock. */
  readonly start?: number;
  readonly end?: number;
  readonly words?: readonly { readonly text: string; readonly start: number; readonly end: number }[];
}

/** One open session. */
export interface LiveClient {
  /** What was received so far; it grows while the session lasts. */
  readonly received: ReceivedSoFar;
  /** Returns whether the session is still open. */
  send(frame: Buffer): boolean;
  /**
   * Sends `stop`, waits for all text, two minutes at most, and closes. Resolves with whether all text came.
   */
  finish(): Promise<boolean>;
}

/** What the server has sent. */
interface ReceivedSoFar {
  readonly hypotheses: readonly Hypothesis[];
  /** Codes of the errors. */
  readonly errors: readonly string[];
  readonly model?: string | undefined;
  /** Present for clients that speak `auscult.v1`. */
  readonly sessionId?: string;
  /** Finals that the server says it has sent; present after `finish` for clients that speak `auscult.v1`. */
  readonly announcedFinals?: number;
  /** How the server ended the session, if it did. */
  readonly closed?: Closed;
}

/** Code and reason of a WebSocket close frame. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/**
 * Opens a session and waits until the server accepts audio or has closed the session; then `closed` is set.
 *
 * @throws Error when no server answers at the address
 */
export async function openClient(options: ClientOptions): Promise<LiveClient> {
  const headers = options.key === undefined ? {} : { authorization: `Bearer ${options.key}` };
  const socket = new WebSocket(options.url, { perMessageDeflate: false, headers });
  const session: Received = {
    hypotheses: [],
    errors: [],
    lastMessageAt: performance.now(),
    finishing: false,
  };
  socket.on('message', (raw) => {
    receive(session, readMessage(raw));
  });
  socket.on('close', (code, reason) => {
    if (!session.finishing) session.closed = { code, reason: String(reason) };
  });
  const welcome = messageOrClose(socket, 'connection');
  await opened(socket, options.url);
  await welcome;
  if (options.speaks === 'auscult.v1' && session.closed === undefined) {
    const ready = messageOrClose(socket, 'ready');
    const audio = options.encoding && encodedAudio[options.encoding];
    socket.send(JSON.stringify({ type: 'configure', partials: options.partials, words: true, ...audio }));
    await ready;
  }
  return {
    received: session,
    send(frame) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(frame);
      return true;
    },
    async finish() {
      if (socket.readyState !== WebSocket.OPEN) return false;
      const stopped = messageOrClose(socket, 'stopped');
      session.lastMessageAt = performance.now();
      socket.send(JSON.stringify({ type: 'stop' }));
      const done = options.speaks === 'auscult.v1' ? stopped : quiet(session, options.quietSeconds);
      const inTime = await within(FINISH_SECONDS, done);
      session.finishing = true;
      await closed(socket);
      return inTime && session.closed === undefined;
    },
  };
}

/** Far longer than a working server needs for audio that was sent in real time. */
const FINISH_SECONDS = 120;

interface Received extends ReceivedSoFar {
  readonly hypotheses: Hypothesis[];
  readonly errors: string[];
  lastMessageAt: number;
  finishing: boolean;
  model?: string | undefined;
  sessionId?: string;
  announcedFinals?: number;
  closed?: Closed;
}

type Message =
  | ({ readonly type: 'transcription' } & Omit<Hypothesis, 'at'>)
  | { readonly type: 'error'; readonly code?: string }
  | { readonly type: 'connection'; readonly model?: string }
  | { readonly type: 'stopped'; readonly utterances: number }
  | { readonly type: 'ready'; readonly sessionId: string }
  | { readonly type: 'speech' | 'warning' };

function readMessage(raw: RawData): Message {
  // By default, messages are buffers: `binaryType` is not changed.
  return JSON.parse((raw as Buffer).toString()) as Message;
}

function receive(session: Received, message: Message): void {
  const at = performance.now();
  session.lastMessageAt = at;
  if (message.type === 'transcription') session.hypotheses.push({ ...message, at });
  else if (message.type === 'error') session.errors.push(message.code ?? 'unnamed');
  else if (message.type === 'connection') session.model = message.model;
  else if (message.type === 'ready') session.sessionId = message.sessionId;
  else if (message.type === 'stopped') session.announcedFinals = message.utterances;
}

function opened(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    // This listener stays: later errors are followed by a close with a code.
    socket.on('error', (cause) => {
      reject(new Error(`No session at ${url}: ${cause.message}`, { cause }));
    });
  });
}

function messageOrClose(socket: WebSocket, type: Message['type']): Promise<void> {
  return new Promise((resolve) => {
    socket.on('message', function check(raw) {
      if (readMessage(raw).type !== type) return;
      socket.off('message', check);
      resolve();
    });
    socket.once('close', () => {
      resolve();
    });
  });
}

async function within(seconds: number, done: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, false);
  });
  return Promise.race([done.then(() => true), late]).finally(() => {
    clearTimeout(timer);
  });
}

async function quiet(session: Received, seconds: number): Promise<void> {
  for (;;) {
    const left = session.lastMessageAt + seconds * 1000 - performance.now();
    if (left <= 0 || session.closed !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, left));
  }
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === WebSocket.CLOSED) {
      resolve();
      return;
    }
    socket.once('close', () => {
      resolve();
    });
    socket.close(1000);
  });
}
