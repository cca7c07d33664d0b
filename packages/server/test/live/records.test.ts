import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { embeddedPath } from '../../src/db/database.js';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

test('the record of a session holds the finals that were sent, and its owner', async () => {
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

test('with records off nothing is kept, and only the audit log has the session', async () => {
  const server = await startScriptedServer({ records: 'off' });
  const client = await spokenTo(server, 'good morning');
  await client.next('transcription');
  expect(await sessions(server)).toEqual([]);
  const database = new DatabaseSync(embeddedPath(server));
  const entries = database.prepare('select entry from audit_entries').all() as { entry: string }[];
  expect(entries.map(({ entry }) => (JSON.parse(entry) as { action: string }).action)).toContain(
    'session.start',
  );
  database.close();
});

test('finals and the events behind them keep their order while they are recorded', async () => {
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

test('the text of the record pass is recorded before the client gets it', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', refine: 'on-stop', keyterms: ['Mrs Canary'], sampleRate: 16_000 });
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  server.recognizer.streams[0]?.final('their own');
  client.send({ type: 'stop' });
  const { id, text } = await client.next('refined');
  const record = await recordOf(server, client);
  expect(record).toMatchObject({
    kind: 'live',
    sampleRate: 16_000,
    task: 'transcribe',
    settings: { refine: true, encoding: 's16le', keyTerms: ['Mrs Canary'], writtenForm: false },
    text,
    segments: [{ versions: [{ text: 'their own' }] }],
    refined: [{ id, start: 0, end: 1, segments: [{ place: 0, versions: [{ text }] }] }],
  });
  const other = await connectOptedIn(server.url, { headers: { 'user-agent': 'ward-app/2.1' } });
  other.send(silence(1));
  other.send({ type: 'stop' });
  await other.next('stopped');
  expect(await recordOf(server, other)).toMatchObject({ settings: { client: 'ward-app/2.1' } });
  const written = await Promise.all(
    ['?version=live', '?version=refined', ''].map(
      async (query) => (await recordOf(server, client, query)).text,
    ),
  );
  expect(written).toEqual(['their own', text, text]);
});

test('finals that the speaker takes back stay in the record, apart from its text', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', dictationCommands: 'on', writtenForm: 'on' });
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  for (const said of ['No fever.', 'Some fever.', 'Scratch that.', 'Give twenty five milligrams.'])
    server.recognizer.streams[0]?.final(said);
  client.send({ type: 'stop' });
  await client.next('stopped');
  const record = await recordOf(server, client);
  expect(record).toMatchObject({
    finals: 4,
    text: 'No fever. Give 25 mg.',
    takenBack: [{ place: 1, versions: [{ text: 'Some fever.' }] }],
  });
  expect(JSON.stringify(record)).toContain('twenty five milligrams');
  const exported = async (format: string) =>
    (await fetch(`${server.url}/api/v1/sessions/${record.id}/export?format=${format}`)).text();
  for (const format of ['text', 'srt', 'vtt']) expect(await exported(format)).not.toContain('Some');
  expect(JSON.parse(await exported('json'))).toMatchObject({
    text: 'No fever. Give 25 mg.',
    segments: [{ text: 'No fever.' }, { text: 'Give 25 mg.', spoken: 'Give twenty five milligrams.' }],
    takenBack: [{ place: 1, versions: [{ text: 'Some fever.' }], takenBackAt: expect.any(String) as string }],
  });
});

async function recordOf(
  { url }: ScriptedServer,
  client: Client,
  query = '',
): Promise<Readonly<Record<string, unknown>> & { readonly id: string }> {
  const [{ sessionId } = { sessionId: '' }] = client.all('ready');
  const response = await fetch(`${url}/api/v1/sessions/${sessionId}${query}`);
  return (await response.json()) as { id: string };
}

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
