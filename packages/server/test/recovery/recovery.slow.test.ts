import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endSessionsWithoutLease } from '../../src/records/session-lease.js';
import { segmentsIn } from '../journal/journals.js';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { resumeAt } from '../support/moved-client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { DR_LEE, openTestStorage } from '../support/storage.js';
import { until } from '../support/until.js';
import { crashed } from './crash.js';
import { said, restarted, startAgain, onlyRecord, segmentsOf } from './restart.js';

test('a session whose client does not come back is completed when its time is over', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  await said(server, client, 1);
  const next = await restarted(server, { resumeSeconds: '0.1' });
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await segmentsOf(next)).toEqual([['still hurts', 0, 1]]);
});

test('a client that comes back after a crash is told no less than before', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  const [ready] = client.all('ready');
  if (!ready) throw new Error('it is not ready');
  await said(server, client, 2);
  server.recognizer.streams[0]?.hush();
  await until(() => client.all('acknowledged').some(({ settledSeconds }) => settledSeconds === 2));

  const next = await restarted(server);
  const back = await resumeAt(next, ready, [0]);
  expect(await back.next('resumed')).toMatchObject({ receivedSamples: 32_000 });
  expect(await back.next('acknowledged')).toMatchObject({ receivedSamples: 32_000, settledSeconds: 2 });
  back.send(silence(1));
  back.send({ type: 'stop' });
  expect(await back.next('stopped')).toMatchObject({ audioSeconds: 3 });
  back.socket.close(1000);
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await onlyRecord(next)).toMatchObject({ missingSeconds: 0 });
});

test('what a client of another protocol has said is in the record, too', async () => {
  const server = await startScriptedServer();
  const client = await connect(server.url, { path: '/v1/listen?encoding=linear16&sample_rate=16000' });
  await said(server, client, 2);
  const next = await restarted(server);
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await segmentsOf(next)).toEqual([['still hurts', 0, 2]]);
});

test('while the master key is missing, the journal stays, and its text is there afterwards', async () => {
  const server = await startScriptedServer();
  await said(server, await connect(server.url), 1);
  const copy = await crashed(server);
  const key = join(copy, 'master.key');
  renameSync(key, `${key}.away`);
  await expect(startScriptedServer({ dataDirectory: copy })).rejects.toThrow();
  renameSync(`${key}.away`, key);
  const next = await startAgain(copy);
  await until(async () => (await onlyRecord(next)).endedAt !== undefined);
  expect(await segmentsOf(next)).toEqual([['still hurts', 0, 1]]);
});

test('the journal of a session that was destroyed meanwhile is destroyed, too', async () => {
  const server = await startScriptedServer();
  await said(server, await connect(server.url), 1);
  const { id } = await onlyRecord(server);
  const copy = await crashed(server);
  const storage = await openTestStorage({ dataDirectory: copy, database: undefined });
  await endSessionsWithoutLease(storage);
  await storage.records.destroy([id], DR_LEE);
  expect(segmentsIn(join(copy, 'journal'))).not.toEqual([]);
  await startAgain(copy);
  expect(segmentsIn(join(copy, 'journal'))).toEqual([]);
});

test('the journal of a session that this database does not know is kept', async () => {
  const server = await startScriptedServer();
  await said(server, await connect(server.url), 1);
  const copy = await crashed(server);
  const other = await startScriptedServer({ journalDirectory: join(copy, 'journal') });
  expect(segmentsIn(join(copy, 'journal'))).not.toEqual([]);
  expect(other.log()).toContain('does not know');
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

test('without records nothing is journalled', async () => {
  const server = await startScriptedServer({ records: 'off' });
  const client = await connectOptedIn(server.url);
  client.send(silence(1));
  expect(await client.next('acknowledged')).toMatchObject({ receivedSamples: 16_000 });
  expect(await server.metrics()).not.toContain('auscult_journal_bytes');
});
