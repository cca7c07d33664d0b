import { DeepgramClient } from '@deepgram/sdk';
import { onTestFinished } from 'vitest';
import { until } from '../support/until.js';
import { expectContract, inShort, type DeepgramMessage } from './deepgram-contract.js';

type ConnectOptions = Parameters<DeepgramClient['listen']['v1']['connect']>[0];

/** A live session that the SDK of Deepgram holds. */
export interface DeepgramSession {
  readonly socket: Awaited<ReturnType<DeepgramClient['listen']['v1']['connect']>>;
  readonly messages: readonly DeepgramMessage[];
  /** All messages so far, in short. */
  readonly said: () => readonly string[];
  /** Waits until so many messages have come. */
  readonly received: (count: number) => Promise<void>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly send: (message: object) => void;
}

/** Connects as programs do: with another base URL and key, and nothing else. */
export async function openDeepgram(
  { url }: { readonly url: string },
  options: Partial<ConnectOptions> = {},
  audio: Partial<ConnectOptions> = { encoding: 'linear16', sample_rate: 16_000 },
): Promise<DeepgramSession> {
  const client = new DeepgramClient({ apiKey: 'any', baseUrl: url });
  const socket = await client.listen.v1.connect({
    model: 'nova-3',
    ...audio,
    ...options,
  });
  onTestFinished(() => {
    socket.close();
  });
  const messages: DeepgramMessage[] = [];
  const problems: unknown[] = [];
  socket.on('message', (message: unknown) => {
    messages.push(message as DeepgramMessage);
    try {
      expectContract(message);
    } catch (error) {
      problems.push(error);
    }
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', ({ code }) => {
      resolve(code);
    });
  });
  onTestFinished(() => {
    if (problems.length > 0) throw problems[0];
  });
  socket.connect();
  await socket.waitForOpen();
  return {
    socket,
    messages,
    said: () => messages.map(inShort),
    received: (count) => until(() => messages.length >= count),
    closed,
    send: (message) => {
      socket.socket.send(JSON.stringify(message));
    },
  };
}
