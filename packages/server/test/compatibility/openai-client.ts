import OpenAI, { toFile } from 'openai';
import type { ScriptedServer } from '../support/scripted-server.js';
import { clipFile } from '../support/upload.js';

/** A client of OpenAI as programs make it: with another base URL and key, and nothing else. */
export function clientOf({ url }: Pick<ScriptedServer, 'url'>, apiKey = 'any'): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

/** A recording for the SDK, with the model that programs ask for where nobody has chosen one. */
export async function order(path?: string) {
  return { file: await toFile(await clipFile(path), 'audio.wav'), model: 'whisper-1' };
}
