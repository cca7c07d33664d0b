import { serverUrls, type ServerUrls } from './connection/server-url.js';
import { invalidOptions } from './problem.js';
import type { TranscriberOptions, WebSocketConstructor } from './transcriber-options.js';

/** What a transcriber needs to know, with the defaults for what was left out. */
export interface UsableOptions {
  readonly urls: ServerUrls;
  readonly WebSocket: WebSocketConstructor;
  readonly channels: 1 | 2;
  readonly bufferMinutes: number;
}

const DEFAULT_BUFFER_MINUTES = 10;

/** The options that a transcriber needs. Throws `invalid_options`. */
export function usableOptions(options: TranscriberOptions): UsableOptions {
  const { channels = 1, bufferMinutes = DEFAULT_BUFFER_MINUTES } = options;
  if (channels === 2 && options.capture === 'recorder')
    throw invalidOptions('A recorder records one channel: leave channels out, or use the worklet.');
  if (!(bufferMinutes > 0)) throw invalidOptions('bufferMinutes is a number above 0.');
  const urls = serverUrls(options.url);
  const WebSocket = options.webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (!WebSocket)
    throw invalidOptions(
      'There is no WebSocket here. Pass one, such as that of the package ws, as webSocket.',
    );
  return { urls, WebSocket, channels, bufferMinutes };
}
