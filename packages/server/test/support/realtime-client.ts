import { once } from 'node:events';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { onTestFinished } from 'vitest';
import { checkRealtimeEvent, type RealtimeEvent } from './realtime-contract.js';
import { startTlsFront } from './tls-front.js';

/** The type of the event that brings the text of an item. */
export const COMPLETED = 'conversation.item.input_audio_transcription.completed';

/** A connection by the SDK of OpenAI, which keeps all events that it gets. */
export interface RealtimeClient {
  readonly socket: OpenAIRealtimeWS;
  /** Every event so far, in order. */
  readonly events: readonly RealtimeEvent[];
  /** The types of events so far, without their common beginnings. */
  readonly types: () => readonly string[];
  /** Events of that type so far. */
  readonly all: (type: string) => readonly RealtimeEvent[];
  /** Waits for the next event of that type that `next` has not returned yet. Fails if the socket closes first. */
  readonly next: (type: string) => Promise<RealtimeEvent>;
  readonly send: (event: object) => void;
  /** Sends s16le audio in as many events as there are. */
  readonly append: (...pieces: readonly Uint8Array[]) => void;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
}

/** The classes of the SDK, of whatever version. */
export interface RealtimeSdk {
  readonly OpenAI: typeof OpenAI;
  readonly Socket: typeof OpenAIRealtimeWS;
}

interface RealtimeOptions {
  readonly apiKey?: string;
  readonly model?: string;
  readonly sdk?: RealtimeSdk;
  /** What the connection is asked for, in place of a model. */
  readonly ask?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Connects to the server at `url` as programs do that were written for OpenAI, and waits for the first event. */
export async function connectRealtime(url: string, options: RealtimeOptions = {}): Promise<RealtimeClient> {
  const { apiKey = 'any', model = 'gpt-4o-transcribe', ask = { model }, headers = {} } = options;
  const { OpenAI: Client, Socket } = options.sdk ?? { OpenAI, Socket: OpenAIRealtimeWS };
  const front = await startTlsFront(url);
  const openai = new Client({ baseURL: `${front.url}/v1`, apiKey });
  const asked = { ...ask, options: { ca: front.ca, headers } } as ConstructorParameters<typeof Socket>[0];
  const socket = new Socket(asked, openai);
  const client = listen(socket);
  await client.next(
    headers['OpenAI-Beta'] === undefined ? 'session.created' : 'transcription_session.created',
  );
  return client;
}

function listen(socket: OpenAIRealtimeWS): RealtimeClient {
  const events: RealtimeEvent[] = [];
  const taken = new Map<string, number>();
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const closed = once(socket.socket, 'close').then(([code]) => {
    wake();
    return code as number;
  });
  socket.on('event', (event) => {
    const received = event as unknown as RealtimeEvent;
    checkRealtimeEvent(received);
    events.push(received);
    wake();
  });
  // The SDK throws for errors that nobody listens for; they are among the events.
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.socket.terminate();
  });
  const all = (type: string): readonly RealtimeEvent[] => events.filter((event) => event.type === type);
  const send = (event: object): void => {
    socket.send(event as Parameters<OpenAIRealtimeWS['send']>[0]);
  };
  return {
    socket,
    events,
    types: () => events.map(({ type }) => shortened(type)),
    all,
    closed,
    send,
    append: (...pieces) => {
      for (const piece of pieces)
        send({ type: 'input_audio_buffer.append', audio: Buffer.from(piece).toString('base64') });
    },
    next: async (type) => {
      const index = taken.get(type) ?? 0;
      taken.set(type, index + 1);
      for (;;) {
        const event = all(type)[index];
        if (event) return event;
        if (socket.socket.readyState === socket.socket.CLOSED)
          throw new Error(`the socket closed before ${type} number ${index}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

function shortened(type: string): string {
  return type
    .replace('conversation.item.input_audio_transcription.', '')
    .replace('input_audio_buffer.', '')
    .replace('conversation.item.', 'item.');
}

/** Silence, as s16le mono at 24 kHz. */
export function silenceAt24k(seconds: number): Uint8Array {
  return new Uint8Array(Math.round(seconds * 24_000) * 2);
}
