import { test } from 'vitest';
import { expectKept, expectTaken, SAID, unlikeUnasked } from '../../server/test/support/asked-settings.js';
import { startScriptedServer } from '../../server/test/support/scripted-server.js';
import { createTranscriber } from '../src/node.js';
import { recognitionOptions } from '../src/recognition-options.js';
import { inChunks } from './support/spoken.js';

test('every recognition option reaches the recognizer and the record', async () => {
  const server = await startScriptedServer();
  const { recognizer } = server;
  Object.assign(recognizer.model, { tasks: ['transcribe', 'translate'] });
  recognizer.says = SAID;
  const asked = Object.fromEntries(recognitionOptions.map((name) => [name, unlikeUnasked(name)]));
  const transcriber = createTranscriber({ url: server.url, ...asked });
  await transcriber.start(inChunks(new Int16Array(32_000), 1600));
  await transcriber.stop();
  const [{ id } = { id: '' }] = (await ask<{ sessions: { id: string }[] }>(server.url)).sessions;
  const record = await ask<{ text: string }>(server.url, `/${id}`);
  for (const name of recognitionOptions) {
    expectKept(name, asked[name], record);
    expectTaken(name, asked[name], { streams: recognizer.streams, text: record.text });
  }
});

async function ask<Answer>(url: string, path = ''): Promise<Answer> {
  return (await (await fetch(`${url}/api/v1/sessions${path}`)).json()) as Answer;
}
