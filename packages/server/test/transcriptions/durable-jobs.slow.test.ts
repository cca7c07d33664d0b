import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { openDatabase, type DatabaseSettings } from '../../src/db/database.js';
import { createRowIntegrity } from '../../src/integrity/row-integrity.js';
import { runCli } from '../cli/run-cli.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { openPathsUnder } from '../support/open-files.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { clipFile, ended, inspect, listed, remove, result, submit } from '../support/upload.js';
import { until } from '../support/until.js';

describeDatabases('a recording', ({ kind, settings, server: postgres }) => {
  test('waits for the next start of a server that is drained, and is then transcribed', async () => {
    const place = settings();
    const spool = temporaryDirectory();
    const first = await start(place, spool, { transcriptionsAtATime: '1' });
    hold(first);
    const ids = [
      (await submit(first.url, await clipFile())).id,
      (await submit(first.url, await clipFile(), { words: 'true', language: 'en-GB' })).id,
    ];
    await until(() => first.recognizer.streams.length === 1);
    expect(await first.app.drain()).toBe(true);
    for (const id of ids) expect(await inspect(first.url, id)).toMatchObject({ status: 'queued' });
    await first.app.close();

    const second = await start(place, spool);
    for (const id of ids) expect(await ended(second.url, id)).toMatchObject({ status: 'done' });
    expect(second.recognizer.streams.map(({ options }) => options.language)).toContain('en-GB');
    expect(await (await result(second.url, ids[1] ?? '')).json()).toMatchObject({
      segments: [{ words: [{}, {}] }],
    });
    const records = await Promise.all(ids.map((id) => recordOf(second, id)));
    expect(records).toMatchObject([{ finals: 1 }, { finals: 1 }]);
    await until(async () => (await readdir(join(spool, 'jobs'))).length === 1);
  });

  test('is transcribed under a master key that was rotated while it waited', async () => {
    const place = settings();
    const spool = temporaryDirectory();
    const first = await start(place, spool, { transcriptionsAtATime: '1' });
    const go = hold(first);
    const running = await submit(first.url, await clipFile());
    const waiting = await submit(first.url, await clipFile());
    await until(() => first.recognizer.streams.length === 1);
    const database = place.database === undefined ? [] : ['--database', place.database];
    const storage = ['--data-directory', place.dataDirectory, ...database];
    expect(await runCli(['master-key', 'rotate', ...storage])).toMatchObject({ status: 0 });
    go();
    expect(await ended(first.url, running.id)).toMatchObject({ status: 'done' });
    await until(() => first.recognizer.streams.length === 2);
    await first.app.drain();
    await first.app.close();

    // Nothing is left that needs the former key.
    const path = join(place.dataDirectory, 'master.key');
    const [newest = ''] = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, newest);
    const second = await start(place, spool);
    expect(await ended(second.url, waiting.id)).toMatchObject({ status: 'done' });
    for (const { id } of [running, waiting]) expect((await result(second.url, id)).status).toBe(200);
  });

  test('is gone on with behind the last final that was saved, and has every final once', async () => {
    const place = settings();
    const spool = temporaryDirectory();
    const first = await start(place, spool, { keepAudio: 'true' });
    hold(first);
    const { id, audioSeconds = 0 } = await submit(first.url, await clipFile());
    await until(() => (first.recognizer.streams[0]?.pushed.length ?? 0) > 0);
    first.recognizer.streams[0]?.final('the first words');
    await until(async () => (await savedFinals(place)) === 1);
    await first.app.drain();
    await first.app.close();

    const second = await start(place, spool, { keepAudio: 'true' });
    second.recognizer.says = 'and the rest';
    expect(await ended(second.url, id)).toMatchObject({ status: 'done' });
    const { text } = (await (await result(second.url, id)).json()) as { text: string };
    expect(text).toMatch(/^the first words/);
    expect(text.match(/the first words/g)).toHaveLength(1);
    expect(await recordOf(second, id)).toMatchObject({ text });
    const wave = await (await fetch(`${second.url}/api/v1/sessions/${id}/audio`)).arrayBuffer();
    expect((wave.byteLength - 44) / 32_000).toBeCloseTo(audioSeconds, 2);
    expect(await second.metrics()).toContain('auscult_transcriptions_resumed_total{from="middle"} 1');
  });

  // Within one process, two servers would wait for each other's locks on the embedded database.
  const oneAtATime = kind === 'sqlite';

  test.skipIf(oneAtATime)(
    'is carried out by exactly one of two servers, listed by both, and cancelled by either',
    async () => {
      const place = settings();
      const spool = temporaryDirectory();
      const one = await start(place, spool);
      const other = await start(place, spool);
      const ids = await Promise.all(
        Array.from(
          { length: 6 },
          async (_, at) => (await submit([one, other][at % 2]?.url ?? '', await clipFile())).id,
        ),
      );
      for (const id of ids) expect(await ended(one.url, id)).toMatchObject({ status: 'done' });
      expect(one.recognizer.streams.length + other.recognizer.streams.length).toBe(ids.length);
      expect(new Set((await listed(other.url)).map(({ id }) => id))).toEqual(new Set(ids));
      expect((await result(other.url, ids[0] ?? '')).status).toBe(200);

      hold(one);
      hold(other);
      const { id } = await submit(one.url, await clipFile());
      const running = () => [one, other].flatMap(({ recognizer }) => recognizer.streams)[ids.length];
      await until(() => running() !== undefined);
      const elsewhere = one.recognizer.streams.some((stream) => !stream.isClosed()) ? other : one;
      expect((await remove(elsewhere.url, id)).status).toBe(204);
      expect(await inspect(one.url, id)).toMatchObject({
        status: 'cancelled',
        error: { code: 'transcription_cancelled' },
      });
      await until(() =>
        [one, other].flatMap(({ recognizer }) => recognizer.streams).every((stream) => stream.isClosed()),
      );
      expect(await recordOf(one, id)).toMatchObject({ finals: 0, endedAt: expect.any(String) as string });
    },
  );

  test.skipIf(oneAtATime)('is limited over all servers', async () => {
    const place = settings();
    const spool = temporaryDirectory();
    const one = await start(place, spool, { maxTranscriptionJobs: '2' });
    const other = await start(place, spool, { maxTranscriptionJobs: '2' });
    hold(one);
    hold(other);
    await submit(one.url, await clipFile());
    await submit(other.url, await clipFile());
    await expect(submit(one.url, await clipFile())).rejects.toThrow('too_many_transcriptions');
  });

  test.skipIf(oneAtATime)(
    'is not lost, and has its text once, when the database is away while it is heard',
    async () => {
      const place = settings();
      const server = await start(place, temporaryDirectory());
      const go = hold(server);
      const { id } = await submit(server.url, await clipFile());
      await until(() => server.recognizer.streams.length === 1);
      await postgres().kill();
      go();
      await until(() => server.log().includes('CANNOT BE WRITTEN'));
      await postgres().start();
      expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
      expect(await recordOf(server, id)).toMatchObject({ finals: 1 });
    },
  );

  test('is not transcribed for somebody who has lost it to another server', async () => {
    const place = settings();
    const server = await start(place, temporaryDirectory());
    const go = hold(server);
    const { id } = await submit(server.url, await clipFile());
    await until(() => server.recognizer.streams.length === 1);
    await vouchedChange(place, id, { server_id: 'another' });
    go();
    await until(() => server.recognizer.streams[0]?.isClosed() === true);
    await until(async () => (await openPathsUnder(server.spoolDirectory)).length === 0);
    expect(await recordOf(server, id)).toMatchObject({ finals: 0, text: '' });
  });
});

describe('a recording fails with a code that says why where', () => {
  test.each([
    ['its file is missing', (path: string) => rm(path)],
    ['its file is cut off', (path: string) => truncate(path, 100)],
    ['its file was changed', (path: string) => writeFile(path, randomBytes(100_000))],
  ])('%s', async (_name, harm) => {
    const { first, second, id } = await aroundRestart(async (folder) => {
      const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.sealed'));
      await harm(join(folder, file));
    });
    expect(await ended(second.url, id)).toMatchObject({
      status: 'failed',
      error: { code: 'stored_audio_damaged' },
    });
    expect(await recordOf(second, id)).toMatchObject({ finals: 0, endedAt: expect.any(String) as string });
    expect(first.log() + second.log()).not.toContain('Jane Doe');
  });

  test('servers went down again and again while they transcribed it', async () => {
    const { second, id } = await aroundRestart(async (_folder, place, job) => {
      await vouchedChange(place, job, { attempts: 5 });
    });
    expect(await ended(second.url, id)).toMatchObject({
      status: 'failed',
      error: { code: 'transcription_gave_up' },
    });
    expect(second.recognizer.streams).toEqual([]);
  });
});

test('a recording whose row was changed from outside is refused', async () => {
  const { second, id } = await aroundRestart(async (_folder, place, job) => {
    const database = await openDatabase(place);
    await database.db
      .updateTable('transcription_jobs')
      .set({ status: 'done' })
      .where('id', '=', job)
      .execute();
    await database.close();
  });
  expect(await inspect(second.url, id)).toMatchObject({ error: { code: 'transcription_not_found' } });
  expect(second.log()).toContain('A ROW WAS WRITTEN PAST THE SERVER');
});

test('a second pass is heard after a restart, and its text is in the record', async () => {
  const place = { dataDirectory: temporaryDirectory(), database: undefined };
  const spool = temporaryDirectory();
  const { connectOptedIn, silence } = await import('../support/client.js');
  const first = await start(place, spool, { refine: 'on-stop' });
  const client = await connectOptedIn(first.url);
  const [ready] = client.all('ready');
  client.send(silence(1));
  await until(() => first.recognizer.streams.length === 1);
  first.recognizer.flushGate = new Promise(() => undefined);
  client.send({ type: 'stop' });
  const { refinement } = await client.next('stopped');
  await until(() => first.recognizer.streams.length > 1);
  await first.app.drain();
  await first.app.close();

  const second = await start(place, spool);
  second.recognizer.says = 'heard again';
  expect(await ended(second.url, refinement?.id ?? '')).toMatchObject({
    status: 'done',
    origin: 'session',
    sessionId: ready?.sessionId,
  });
  expect(await recordOf(second, ready?.sessionId ?? '')).toMatchObject({
    refined: [{ id: refinement?.id, segments: [{ versions: [{ text: 'heard again' }] }] }],
  });
});

/** Has a recording wait, stops its server, does harm, and starts another one. */
async function aroundRestart(
  harm: (folder: string, place: DatabaseSettings, id: string) => Promise<void>,
): Promise<{ readonly first: ScriptedServer; readonly second: ScriptedServer; readonly id: string }> {
  const place = { dataDirectory: temporaryDirectory(), database: undefined };
  const spool = temporaryDirectory();
  const first = await start(place, spool);
  hold(first);
  const { id } = await submit(first.url, await clipFile());
  await until(() => first.recognizer.streams.length === 1);
  await first.app.drain();
  await first.app.close();
  await harm(join(spool, 'jobs'), place, id);
  return { first, second: await start(place, spool), id };
}

function start(
  { dataDirectory, database }: DatabaseSettings,
  spoolDirectory: string,
  overrides: Parameters<typeof startScriptedServer>[0] = {},
): Promise<ScriptedServer> {
  return startScriptedServer({ dataDirectory, database, spoolDirectory, ...overrides });
}

/** Holds back what streams that are opened from now on hear until the returned function is called. */
function hold({ recognizer }: ScriptedServer): () => void {
  let go = (): void => undefined;
  recognizer.flushGate = new Promise<void>((resolve) => (go = resolve));
  return () => {
    go();
  };
}

async function savedFinals(place: DatabaseSettings): Promise<number> {
  const database = await openDatabase(place);
  const rows = await database.db.selectFrom('transcription_finals').select('place').execute();
  await database.close();
  return rows.length;
}

/** Changes a row as a server would. */
async function vouchedChange(
  place: DatabaseSettings,
  id: string,
  change: { readonly server_id?: string; readonly attempts?: number },
): Promise<void> {
  const { createJobRows } = await import('../../src/transcriptions/durable/job-rows.js');
  const { loadMasterKeys } = await import('../../src/records/master-keys.js');
  const config = loadConfig({ flags: { dataDirectory: place.dataDirectory }, environment: {} });
  const database = await openDatabase(place);
  const integrity = createRowIntegrity({
    database,
    masterKeys: await loadMasterKeys(config),
    audit: { append: () => Promise.resolve() } as never,
    log: undefined as never,
  });
  const rows = createJobRows(database, integrity);
  await database.transaction(async (transaction) => {
    const row = await rows.readIn(transaction, id);
    if (row) await rows.changeIn(transaction, row, change);
  });
  await database.close();
}

async function recordOf({ url }: ScriptedServer, id: string): Promise<Readonly<Record<string, unknown>>> {
  return (await (await fetch(`${url}/api/v1/sessions/${id}`)).json()) as Record<string, unknown>;
}
