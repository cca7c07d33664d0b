import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/database.js';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { segmentsIn } from '../journal/journals.js';
import { crashed } from './crash.js';

test('what a client of the original protocol has said is in the record after a crash, once', async () => {
  const server = await startScriptedServer();
  const client = await connect(server.url);
  await said(server, client, 3);
  server.recognizer.streams[0]?.final('my knee');
  await client.next('transcription');
  await said(server, client, 2);

  const next = await restarted(server);
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await onlyRecord(next)).toMatchObject({ missingSeconds: 0, finals: 2 });
  expect(await segmentsOf(next)).toEqual([
    ['my knee', 0, 3],
    ['still hurts', 3, 5],
  ]);
  expect(bytesHeard(next)).toBe(2 * 16_000 * Float32Array.BYTES_PER_ELEMENT);
  await until(() => segmentsIn(join(next.dataDirectory, 'journal')).length === 0);
  expect(await next.metrics()).toContain('auscult_journal_recovered_seconds_total 2');
});

test('a session whose client may come back waits for it, and is completed when it goes on in another', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  await said(server, client, 1);
  const [ready] = client.all('ready');

  const next = await restarted(server);
  expect(await onlyRecord(next)).not.toHaveProperty('endedAt');
  const again = await connectOptedIn(next.url);
  again.send({
    type: 'configure',
    continues: { sessionId: ready?.sessionId, token: ready?.resume?.token },
  });
  await until(async () => (await recordOf(next, ready?.sessionId)).endedAt !== undefined);
  expect(await segmentsOf(next, ready?.sessionId)).toEqual([['still hurts', 0, 1]]);
});

test('a session whose client does not come back is completed when its time is over', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  await said(server, client, 1);
  const next = await restarted(server, { resumeSeconds: '0.1' });
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await segmentsOf(next)).toEqual([['still hurts', 0, 1]]);
});

test('what is missing in a damaged journal is told, and the rest is used', async () => {
  const server = await startScriptedServer();
  const client = await connect(server.url);
  for (let second = 0; second < 3; second++) await said(server, client, 1);
  const copy = await crashed(server);
  const [path = ''] = segmentsIn(join(copy, 'journal')).filter((name) => name.includes('audio'));
  const bytes = readFileSync(path);
  // Somewhere in the second of three records of a second each.
  const second = bytes.indexOf('AUJR', bytes.indexOf('AUJR') + 1);
  writeFileSync(path, bytes.fill(0xff, second + 1000, second + 1100));
  const next = await startAgain(copy);
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await onlyRecord(next)).toMatchObject({ missingSeconds: 1 });
  expect((await segmentsOf(next)).map(([, start, end]) => [start, end])).toEqual([
    [0, 1],
    [1, 3],
  ]);
  await until(() => next.log().includes('"event":"audio not in the record"'));
});

test('the journal of a session that was destroyed meanwhile is destroyed, too', async () => {
  const server = await startScriptedServer();
  await said(server, await connect(server.url), 1);
  const copy = await crashed(server);
  const database = await openDatabase({ dataDirectory: copy, database: undefined });
  await database.db.deleteFrom('data_keys').execute();
  await database.db.deleteFrom('sessions').execute();
  await database.close();
  await startAgain(copy);
  expect(segmentsIn(join(copy, 'journal'))).toEqual([]);
});

test('a server that has to stop leaves the rest to the next', async () => {
  const dataDirectory = temporaryDirectory();
  const server = await startScriptedServer({ dataDirectory, drainSeconds: '0.1' });
  const client = await connect(server.url);
  await said(server, client, 1);
  for (const stream of server.recognizer.streams) stream.flushGate = new Promise(() => undefined);
  expect(await server.app.drain()).toBe(false);
  expect(await client.closed).toBe(1001);
  await server.app.close();
  const next = await startAgain(dataDirectory);
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await segmentsOf(next)).toEqual([['still hurts', 0, 1]]);
});

test('audio that cannot be kept is not acknowledged, and the client is warned once', async () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  const server = await startScriptedServer({ journalDirectory: file });
  const client = await connectOptedIn(server.url);
  await said(server, client, 1);
  expect(await client.next('warning')).toMatchObject({ code: 'journal_unavailable' });
  expect(await client.next('acknowledged')).toMatchObject({ receivedSamples: 0 });
  server.recognizer.streams[0]?.final('my knee');
  expect(await client.next('transcription')).toMatchObject({ text: 'my knee' });
  expect(await client.next('acknowledged')).toMatchObject({ receivedSamples: 16_000 });
  expect(client.all('warning')).toHaveLength(1);
  expect(server.log()).toContain('"code":"ENOTDIR"');
});

test('without records nothing is journalled', async () => {
  const server = await startScriptedServer({ records: 'off' });
  const client = await connectOptedIn(server.url);
  client.send(silence(1));
  expect(await client.next('acknowledged')).toMatchObject({ receivedSamples: 16_000 });
  expect(await server.metrics()).not.toContain('auscult_journal_bytes');
});

/** Speaks for so many seconds, and waits until they are on disk, if they can be. */
async function said(server: ScriptedServer, client: Client, seconds: number): Promise<void> {
  const before = server.recognizer.streams[0]?.pushed.length ?? 0;
  const commits = await commitsOf(server);
  client.send(silence(seconds));
  await until(() => server.recognizer.streams[0]?.pushed.length === before + 1);
  await until(async () => (await commitsOf(server)) > commits);
  await until(
    async () => (await server.metrics()).includes('auscult_journal_waiting_bytes 0') || isFailing(server),
  );
}

async function commitsOf(server: ScriptedServer): Promise<number> {
  return Number(/auscult_journal_commit_seconds_count (\d+)/.exec(await server.metrics())?.[1]);
}

function isFailing(server: ScriptedServer): boolean {
  return server.log().includes('CANNOT BE KEPT ON DISK');
}

async function restarted(
  server: ScriptedServer,
  overrides: Parameters<typeof startScriptedServer>[0] = {},
): Promise<ScriptedServer> {
  return startAgain(await crashed(server), overrides);
}

/** Starts a server on what another has left; whatever it hears is `still hurts`. */
async function startAgain(
  dataDirectory: string,
  overrides: Parameters<typeof startScriptedServer>[0] = {},
): Promise<ScriptedServer> {
  const server = await startScriptedServer({ ...overrides, dataDirectory });
  server.recognizer.says = 'still hurts';
  return server;
}

interface RecordBody {
  readonly id: string;
  readonly endedAt?: string;
  readonly segments: readonly {
    readonly versions: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  }[];
}

async function onlyRecord(server: ScriptedServer): Promise<RecordBody> {
  const { sessions } = (await (await fetch(`${server.url}/api/v1/sessions`)).json()) as {
    readonly sessions: readonly RecordBody[];
  };
  expect(sessions).toHaveLength(1);
  return sessions[0] as RecordBody;
}

async function recordOf(server: ScriptedServer, id: string | undefined): Promise<RecordBody> {
  return (await (await fetch(`${server.url}/api/v1/sessions/${String(id)}`)).json()) as RecordBody;
}

async function segmentsOf(
  server: ScriptedServer,
  id?: string,
): Promise<readonly (readonly [text: string, start: number, end: number])[]> {
  const { segments } = await recordOf(server, id ?? (await onlyRecord(server)).id);
  return segments.map(({ versions: [first] }) => [first?.text ?? '', first?.start ?? -1, first?.end ?? -1]);
}

function bytesHeard(server: ScriptedServer): number {
  return (server.recognizer.streams[0]?.pushed ?? []).reduce((sum, { length }) => sum + length, 0);
}
