import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { silence } from '../support/client.js';
import { startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

/** A client that waits for an answer to each frame, as the reference clients do. */
async function open(url: string, path = '/') {
  const socket = new WebSocket(url.replace('http', 'ws') + path);
  onTestFinished(() => {
    socket.terminate();
  });
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  await once(socket, 'open');
  const ask = async (frame: string | Uint8Array): Promise<unknown> => {
    const answered = once(socket, 'message');
    socket.send(frame);
    const [answer] = (await answered) as [Buffer];
    return JSON.parse(answer.toString());
  };
  return { socket, closed, ask };
}

test('each binary frame is answered at once, with the oldest final or the newest partial', async () => {
  const server = await startScriptedServer({ compatibility: 'vosk' });
  const { socket, closed, ask } = await open(server.url);
  socket.send('{"config":{"sample_rate":16000.000000,"phrase_list":["metoprolol"],"max_alternatives":0}}');
  expect(await ask(silence(0.5))).toEqual({ partial: '' });
  const [stream] = server.recognizer.streams;
  expect(stream?.options).toMatchObject({ sampleRate: 16_000, encoding: 's16le', keyTerms: { count: 1 } });
  stream?.partial('No chest');
  expect(await ask(silence(0.5))).toEqual({ partial: 'no chest' });
  stream?.final('No chest pain.');
  stream?.partial('Lungs');
  const word = { conf: 0.9, start: 0, end: 1 };
  const [no, chest, pain] = ['no', 'chest', 'pain'].map((each) => ({ ...word, word: each }));
  await until(async () => {
    const answer = (await ask(new Uint8Array(1))) as { readonly text?: string };
    if (answer.text === undefined) return false;
    expect(answer).toEqual({ result: [no, chest, pain], text: 'no chest pain' });
    return true;
  });
  expect(await ask(silence(0.5))).toEqual({ partial: 'lungs' });
  expect(await ask('{"reset" : 1}')).toMatchObject({ text: expect.stringContaining('heard') });
  expect(await ask('{"eof" : 1}')).toEqual({ text: '' });
  expect((await closed)[0]).toBe(1000);
});

test('text is as it is written here if the address says so, and without words if the client does', async () => {
  const server = await startScriptedServer({ compatibility: 'vosk' });
  const { socket, ask } = await open(server.url, '/vosk?punctuate=true');
  socket.send('{"config":{"words":false}}');
  await ask(silence(0.5));
  server.recognizer.says = 'No chest pain.';
  expect(await ask('{"eof":1}')).toEqual({ text: 'No chest pain.' });
});

test('what is not understood closes the connection with the reason', async () => {
  const server = await startScriptedServer({ compatibility: 'vosk' });
  const { socket, closed } = await open(server.url);
  socket.send('{"config":{"sample_rate":"secret"}}');
  const [code, reason] = await closed;
  expect([code, reason.toString()]).toEqual([1008, 'invalid_request']);
});

test('its clients show a key as a password, the page stays, and nothing is there by default', async () => {
  const server = await startGuardedServer({ compatibility: 'vosk' });
  const key = await server.keyOf('service');
  const { ask } = await open(server.url.replace('//', `//x:${key}@`));
  expect(await ask(silence(0.1))).toEqual({ partial: '' });
  const refused = new WebSocket(server.url.replace('http', 'ws'));
  const [, response] = (await once(refused, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(401);
  response.resume();
  const page = await fetch(server.url);
  expect(page.headers.get('content-type')).toMatch(/^text\/(html|plain)/);
  const other = await startScriptedServer();
  const absent = new WebSocket(`${other.url.replace('http', 'ws')}/vosk`);
  const [, answer] = (await once(absent, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(answer.statusCode).toBe(404);
  answer.resume();
});
