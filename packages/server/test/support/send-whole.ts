import type { Client } from './client.js';
import type { ScriptedServer } from './scripted-server.js';
import { until } from './until.js';

/** Sends audio, and waits until the recognizer has all of it: the server hands long audio on in parts. */
export async function sendWhole(
  { recognizer }: Pick<ScriptedServer, 'recognizer'>,
  client: Client,
  audio: Uint8Array,
): Promise<void> {
  const heard = (): number =>
    recognizer.streams.flatMap(({ pushed }) => pushed).reduce((sum, { length }) => sum + length, 0);
  const before = heard();
  client.send(audio);
  await until(() => heard() - before === audio.length);
}
