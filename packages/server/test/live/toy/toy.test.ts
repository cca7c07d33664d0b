import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { DIALECTS } from '../../../src/live/dialects/dialects.js';
import { connectOptedIn, silence } from '../../support/client.js';
import { listenOnly, startScriptedServer, type ScriptedServer } from '../../support/scripted-server.js';
import { until } from '../../support/until.js';
import { createToy } from './toy.js';

const dialects = [...DIALECTS, createToy];

test('an entry in the list of dialects is enough to add one, with sessions and records as in all others', async () => {
  const server = await startScriptedServer({}, dialects);
  const toy = await open(`${server.url}/toy/too?rate=8000`, ['other', 'toy']);
  expect(toy.socket.protocol).toBe('toy');
  toy.socket.send(silence(0.5));
  await until(() => server.recognizer.streams.length === 1);
  const [stream] = server.recognizer.streams;
  expect(stream?.options).toMatchObject({ sampleRate: 8000 });
  stream?.empty('longest');
  toy.socket.send('cut');
  toy.socket.send('what?');
  toy.socket.send('bye');
  expect(await toy.closed).toBe(1000);
  expect(toy.lines).toEqual([
    'model scripted',
    'rate 8000',
    'empty longest',
    'final request heard 1 (0: 0-1, words from 0)',
    'cut 1',
    'error unknown_type',
    'total 1',
  ]);
  await until(async () => (await recordsOf(server))[0]?.endedAt !== undefined);
  expect(await recordsOf(server)).toMatchObject([{ finals: 1, missingSeconds: 0 }]);
  // Sessions of the other dialects go on as before.
  const client = await connectOptedIn(server.url);
  client.send(silence(0.1));
  client.send({ type: 'stop' });
  expect(await client.next('stopped')).toMatchObject({ utterances: 1 });
});

test('a dialect may have settings changed between two words, on the same clock', async () => {
  const server = await startScriptedServer({}, dialects);
  const toy = await open(`${server.url}/toy`);
  toy.socket.send(silence(0.5));
  toy.socket.send('rate 8000');
  toy.socket.send(silence(0.5));
  toy.socket.send('rate 48000');
  toy.socket.send('rate 24000');
  toy.socket.send(silence(0.75));
  toy.socket.send('bye');
  expect(await toy.closed).toBe(1000);
  expect(server.recognizer.streams.map(({ options, isClosed }) => [options.sampleRate, isClosed()])).toEqual([
    [16_000, true],
    [8000, true],
    [24_000, true],
  ]);
  expect(toy.lines).toEqual([
    'model scripted',
    'rate 16000',
    'final request heard 1 (0: 0-0.5, words from 0)',
    'rate 8000',
    'final request heard 1 (1: 0.5-1.5, words from 0.5)',
    'rate 48000',
    'rate 24000',
    'final request heard 1 (2: 1.5-2, words from 1.5)',
    'total 3',
  ]);
  await until(async () => (await recordsOf(server))[0]?.endedAt !== undefined);
  expect(await recordsOf(server)).toMatchObject([{ finals: 3, missingSeconds: 0 }]);
});

test('a dialect closes with codes of its own, and its session ends with its connection', async () => {
  const server = await startScriptedServer({ maxBadMessages: '2' }, dialects);
  const confused = await open(`${server.url}/toy`);
  confused.socket.send('what?');
  confused.socket.send('what?');
  expect(await confused.closed).toBe(4000);
  const lost = await open(`${server.url}/toy`);
  lost.socket.send(silence(0.1));
  await until(() => server.recognizer.streams.length === 1);
  lost.socket.terminate();
  await until(() => server.recognizer.streams[0]?.isClosed() === true);
  const last = await open(`${server.url}/toy`);
  await server.app.drain();
  expect(await last.closed).toBe(4000);
});

test.each([
  ['what it does not take', '/toy?rate=12', 400, 'rate'],
  ['what the model cannot do', '/toy?language=tlh', 503, 'language'],
])('%s is refused by a status before the upgrade', async (_name, path, status, error) => {
  const server = await startScriptedServer({}, dialects);
  expect(await refusalOf(`${server.url}${path}`)).toMatchObject({ status, error });
  expect(await server.metrics()).toContain('auscult_sessions 0\n');
  expect(await recordsOf(server)).toEqual([]);
});

test('a client that is not admitted is refused by a status, and takes neither a record nor a place', async () => {
  const early = await listenOnly({}, dialects);
  expect(await refusalOf(`${early.url}/toy`)).toEqual({
    status: 503,
    error: 'not_ready',
    body: { toy: 'not_ready' },
  });
  const full = await startScriptedServer({ maxSessions: '1' }, dialects);
  const first = await open(`${full.url}/toy`);
  expect(await refusalOf(`${full.url}/toy`)).toMatchObject({ status: 503, error: 'too_many_sessions' });
  expect(await full.metrics()).toContain('auscult_sessions_refused_total{code="too_many_sessions"} 1');
  first.socket.send('bye');
  await first.closed;
  await until(async () => (await full.metrics()).includes('auscult_sessions 0\n'));
  await open(`${full.url}/toy`);
  expect(await recordsOf(full)).toHaveLength(2);
  const guarded = await startScriptedServer({ authentication: 'required' }, dialects);
  expect(await refusalOf(`${guarded.url}/toy`)).toMatchObject({ status: 401, error: 'unauthenticated' });
});

test('an upgrade that fails after its admission gives back its place', async () => {
  const server = await startScriptedServer({ maxSessions: '1' }, dialects);
  const broken = await fetchUpgrade(`${server.url}/toy`);
  expect(broken).toBe(400);
  await until(async () => (await recordsOf(server)).every(({ endedAt }) => endedAt !== undefined));
  await open(`${server.url}/toy`);
});

interface Toy {
  readonly socket: WebSocket;
  readonly lines: readonly string[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
}

async function open(url: string, protocols: string[] = []): Promise<Toy> {
  const socket = new WebSocket(url.replace('http', 'ws'), protocols);
  onTestFinished(() => {
    socket.terminate();
  });
  const lines: string[] = [];
  socket.on('message', (frame: Buffer) => lines.push(frame.toString()));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return { socket, lines, closed };
}

/** The answer to a handshake in place of the upgrade. */
async function refusalOf(url: string) {
  const socket = new WebSocket(url.replace('http', 'ws'));
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const { statusCode: status, headers } = response;
  return { status, error: headers['toy-error'], body: JSON.parse(text) as unknown };
}

/** Asks for an upgrade without a key, which `ws` refuses; the status. */
async function fetchUpgrade(url: string): Promise<number | undefined> {
  const asked = request(url, { headers: { connection: 'upgrade', upgrade: 'websocket' } }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

interface Listed {
  readonly id: string;
  readonly endedAt?: string;
}

async function recordsOf({ url }: ScriptedServer): Promise<readonly Listed[]> {
  const { sessions } = (await (await fetch(`${url}/api/v1/sessions`)).json()) as {
    readonly sessions: readonly Listed[];
  };
  return sessions;
}
