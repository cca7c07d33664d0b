import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ClientMessage, ConfigureMessage, ServerMessage } from '@auscult/protocol';
import { createToneListener, type ToneListener } from './spelled-audio.js';

/**
 * A server that speaks the protocol and injects faults. It hears words spelled by `spell`, and tells of each word how
 * many samples of it came, so that a sample that is lost or doubled shows in the text.
 */
export interface FakeServer {
  readonly url: string;
  /** Connections that were opened, and what was asked for on each. */
  readonly connections: readonly FakeConnection[];
  /** Breaks all connections without a word; what was under way to the client is lost. */
  readonly cut: () => void;
  /** Forgets all sessions and breaks all connections. */
  readonly restart: () => void;
  /** Closes all connections in order, with an error of that code before, if one is named. */
  readonly closeAll: (closeCode: number, code?: string, retryable?: boolean) => void;
  /** Sends a frame as it is to all connections. */
  readonly say: (frame: string) => void;
  /** Sends a frame, answers nothing any more, and breaks each connection once its client has the frame. */
  readonly sayAndCut: (frame: string) => void;
  /** Called with the samples taken on the connection so far, at each frame. */
  onFrame: (samples: number) => void;
  /** Refuses new connections in that way, while it is set. */
  refusal: FakeRefusal | undefined;
  /** Whether frames are read. */
  reads: boolean;
}

interface FakeRefusal {
  /** Without one the connection is left open. */
  readonly closeCode?: number;
  /** The error that comes before, if any. */
  readonly code?: string;
  readonly retryable?: boolean;
}

interface FakeConnection {
  readonly isResume: boolean;
  /** What it was opened with, where it was. */
  readonly ticket: string | undefined;
  readonly messages: readonly ClientMessage[];
  readonly closeCode: () => number | undefined;
}

interface FakeOptions {
  readonly resumes?: boolean;
  readonly acknowledges?: boolean;
  /** How long a message is under way to the client, milliseconds. */
  readonly delayMs?: number;
  readonly acknowledgeMs?: number;
  /** Numbers of words that take back the one before. */
  readonly scratches?: readonly number[];
}

interface FakeSession {
  readonly id: string;
  readonly token: string;
  readonly channels: readonly ToneListener[];
  received: number;
  socket: WebSocket | undefined;
}

export async function startFakeServer(options: FakeOptions = {}): Promise<FakeServer> {
  const { resumes = true, acknowledges = true, delayMs = 3, acknowledgeMs = 15, scratches } = options;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const sessions = new Map<string, FakeSession>();
  const connections: FakeConnection[] = [];
  onTestFinished(() => {
    fake.cut();
    server.close();
  });

  const fake: FakeServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    cut: () => {
      for (const socket of server.clients) socket.terminate();
    },
    restart: () => {
      sessions.clear();
      fake.cut();
    },
    closeAll: (closeCode, code, retryable) => {
      for (const socket of server.clients) refuse(socket, closeCode, code, retryable);
    },
    say: (frame) => {
      for (const socket of server.clients) socket.send(frame);
    },
    sayAndCut: (frame) => {
      for (const socket of server.clients) {
        socket.removeAllListeners('message');
        socket.once('pong', () => {
          socket.terminate();
        });
        socket.send(frame);
        socket.ping();
      }
    },
    onFrame: () => undefined,
    refusal: undefined,
    reads: true,
  };

  server.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    const { refusal } = fake;
    if (refusal) refuse(socket, refusal.closeCode, refusal.code, refusal.retryable);
    else hold(socket, request);
  });

  function hold(socket: WebSocket, request: IncomingMessage): void {
    const isResume = request.url?.endsWith('?resume') ?? false;
    const messages: ClientMessage[] = [];
    let closeCode: number | undefined;
    let session: FakeSession | undefined;
    let taken = 0;
    const offered = request.headers['sec-websocket-protocol'];
    const ticket = offered?.split(',').find((protocol) => protocol.includes('auscult.ticket.'));
    connections.push({ isResume, ticket: ticket?.trim(), messages, closeCode: () => closeCode });
    const send = (message: object): void => {
      setTimeout(() => {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
      }, delayMs);
    };
    if (!isResume) send({ type: 'connection', status: 'connected', message: 'hello', model: 'fake' });
    // Who asks for the subprotocol has opted in, with the defaults.
    if (!isResume && offered !== undefined) send(readyMessage(NO_SESSION, { type: 'configure' }, resumes));
    const timer = setInterval(() => {
      if (acknowledges && session?.socket === socket) send(acknowledgement(session));
    }, acknowledgeMs);
    socket.on('close', (code) => {
      clearInterval(timer);
      closeCode = code;
      if (code === 1000 && session) sessions.delete(session.id);
    });
    socket.on('message', (frame: Buffer, isBinary) => {
      if (!fake.reads) return;
      if (isBinary) {
        if (session?.socket !== socket) return;
        takeAudio(session, frame, send);
        taken += frame.length / 2 / session.channels.length;
        fake.onFrame(taken);
        return;
      }
      const message = JSON.parse(frame.toString()) as ClientMessage;
      messages.push(message);
      session = takeMessage(message, session, socket, send);
    });
  }

  function takeMessage(
    message: ClientMessage,
    session: FakeSession | undefined,
    socket: WebSocket,
    send: (message: object) => void,
  ): FakeSession | undefined {
    switch (message.type) {
      case 'configure': {
        const opened = openSession(message, socket);
        send(readyMessage(opened, message, resumes));
        return opened;
      }
      case 'resume': {
        const known = sessions.get(message.sessionId);
        if (!known || known.token !== message.token) {
          refuse(socket, 4410, 'resume_refused', false);
          return undefined;
        }
        if (known.socket !== socket) known.socket?.close(4409, 'session_taken_over');
        known.socket = socket;
        send({ type: 'resumed', sessionId: known.id, receivedSamples: known.received });
        known.channels.forEach((channel, index) => {
          // One that the client has got is among them: it must not be taken twice.
          const next = message.next[index] ?? 0;
          for (const final of channel.finals.slice(Math.max(0, next - 1))) send(final);
        });
        return known;
      }
      case 'stop':
        flush(session, send);
        send({
          type: 'stopped',
          audioSeconds: (session?.received ?? 0) / 16_000,
          speechSeconds: 0,
          utterances: 0,
          words: 0,
        });
        return session;
      case 'finalize':
        flush(session, send);
        send({ type: 'speech', state: 'finalized', at: (session?.received ?? 0) / 16_000 });
        return session;
      default:
        return session;
    }
  }

  function openSession({ channels = 1 }: ConfigureMessage, socket: WebSocket): FakeSession {
    const session: FakeSession = {
      id: randomUUID(),
      token: randomUUID(),
      channels: Array.from({ length: channels }, (_, channel) =>
        createToneListener(channels === 1 ? undefined : channel, scratches),
      ),
      received: 0,
      socket,
    };
    sessions.set(session.id, session);
    return session;
  }

  return fake;
}

/** Named by a `ready` that no client goes by. */
const NO_SESSION = { id: 'none', token: 'none' };

function takeAudio(session: FakeSession, frame: Buffer, send: (message: object) => void): void {
  const width = session.channels.length;
  const samples = new Int16Array(Uint8Array.from(frame).buffer);
  session.received += samples.length / width;
  session.channels.forEach((channel, index) => {
    for (const final of channel.push(samples.filter((_, at) => at % width === index))) send(final);
  });
}

function flush(session: FakeSession | undefined, send: (message: object) => void): void {
  for (const final of session?.channels.flatMap((channel) => channel.flush()) ?? []) send(final);
}

function acknowledgement({ received, channels }: FakeSession): ServerMessage {
  const settled = Math.min(...channels.map((channel) => channel.settled()));
  return { type: 'acknowledged', receivedSamples: received, settledSeconds: settled / 16_000 };
}

function readyMessage(
  { id, token }: Pick<FakeSession, 'id' | 'token'>,
  settings: ConfigureMessage,
  resumes: boolean,
): object {
  return {
    ...settings,
    type: 'ready',
    sessionId: id,
    protocol: 'auscult.v1',
    model: 'fake',
    limits: { maxFrameBytes: 262_144, maxBufferedSeconds: 30 },
    ...(resumes ? { resume: { token, seconds: 300 } } : {}),
  };
}

function refuse(socket: WebSocket, closeCode: number | undefined, code?: string, retryable = false): void {
  if (code !== undefined)
    socket.send(JSON.stringify({ type: 'error', code, message: `${code}: do this.`, retryable }));
  if (closeCode !== undefined) socket.close(closeCode, code);
}
