import { expect, test } from 'vitest';
import { startScriptedServer } from '../../server/test/support/scripted-server.js';
import { unlikeUnasked } from '../../server/test/support/unlike-unasked.js';
import { createTranscriber } from '../src/node.js';
import { recognitionOptions } from '../src/recognition-options.js';
import { inChunks } from './support/spoken.js';

test('every option of recognition reaches the recognizer by its name', async () => {
  const server = await startScriptedServer();
  Object.assign(server.recognizer.model, { tasks: ['transcribe', 'translate'] });
  const asked = Object.fromEntries(recognitionOptions.map((name) => [name, unlikeUnasked(name)]));
  const transcriber = createTranscriber({ url: server.url, ...asked });
  await transcriber.start(inChunks(new Int16Array(32_000), 1600));
  await transcriber.stop();
  const { endpointing, ...named } = asked;
  expect(server.recognizer.streams[0]?.options).toMatchObject({
    ...named,
    endpointingMs: unlikeUnasked('endpointing').silenceMs,
  });
  expect(endpointing).toBeDefined();
});
