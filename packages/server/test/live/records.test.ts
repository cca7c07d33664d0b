import Libsql from 'libsql';
import { expect, test } from 'vitest';
import { embeddedPath } from '../../src/db/database.js';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

test('what a client was sent is in the record of its session, with who held it', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  server.recognizer.streams[0]?.final('good morning');
  expect((await client.next('transcription')).text).toBe('good morning');
  const [session] = await sessions(server);
  expect(session).toMatchObject({ owner: 'local', finals: 1 });
  client.send({ type: 'stop' });
  await client.next('stopped');
  client.socket.close();
  await until(async () => (await sessions(server))[0]?.endedAt !== undefined);
});

test('with records off, nothing is kept, and that there was a session is logged', async () => {
  const server = await startScriptedServer({ records: 'off' });
  const client = await spokenTo(server, 'good morning');
  await client.next('transcription');
  expect(await sessions(server)).toEqual([]);
  const database = new Libsql(embeddedPath(server));
  const entries = database.prepare('select entry from audit_entries').all() as { entry: string }[];
  expect(entries.map(({ entry }) => (JSON.parse(entry) as { action: string }).action)).toContain(
    'session.start',
  );
  database.close();
});

test('finals, and what follows them, keep their order while they are recorded', async () => {
  const server = await startScriptedServer();
  const client = await spokenTo(server, 'one');
  const [stream] = server.recognizer.streams;
  stream?.partial('tw');
  stream?.final('two');
  stream?.speech('ended', 1);
  stream?.partial('thr');
  stream?.final('three');
  client.send({ type: 'stop' });
  await client.next('stopped');
  const kinds = client.messages.flatMap((message) => {
    if (message.type === 'transcription') return [message.text];
    return message.type === 'speech' || message.type === 'stopped' ? [message.type] : [];
  });
  expect(kinds).toEqual(['one', 'tw', 'two', 'speech', 'thr', 'three', 'stopped']);
});

async function spokenTo(server: ScriptedServer, text: string): Promise<Client> {
  const client = await connectOptedIn(server.url);
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  server.recognizer.streams[0]?.final(text);
  return client;
}

async function sessions({ url }: ScriptedServer): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${url}/api/v1/sessions`);
  return ((await response.json()) as { sessions: Record<string, unknown>[] }).sessions;
}
