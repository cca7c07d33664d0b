import { DeepgramClient } from '@deepgram/sdk';
import type { ScriptedServer } from '../support/scripted-server.js';
import { clipFile } from '../support/upload.js';

/** A client of Deepgram as programs make it: with another base URL and key, and nothing else. */
export function clientOf({ url }: Pick<ScriptedServer, 'url'>, apiKey = 'any'): DeepgramClient {
  return new DeepgramClient({ apiKey, baseUrl: url, maxRetries: 0 });
}

/** A recording. */
export async function clip(path?: string): Promise<Buffer> {
  return Buffer.from(await (await clipFile(path)).arrayBuffer());
}
