import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { segmentsIn } from '../journal/journals.js';
import { connect, connectOptedIn } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { crashed } from './crash.js';
import { said, restarted, startAgain, onlyRecord, recordOf, segmentsOf, bytesHeard } from './restart.js';

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
