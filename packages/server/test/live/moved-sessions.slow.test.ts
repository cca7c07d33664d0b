import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOptedIn, silence } from '../support/client.js';
import { recordOf, resumeAt, samplesIn, sessionsOf, streamOf, taken } from '../support/moved-client.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const missing = natsMissing ?? postgresMissing;

describe.skipIf(missing !== undefined)('in a cluster, a session', { timeout: 120_000 }, () => {
  let nats: NatsServer;
  let postgres: PostgresServer;
  /** Of all servers of the cluster, which have one master key and one audit log. */
  let settings: Parameters<typeof startScriptedServer>[0] & { readonly dataDirectory: string };
  beforeAll(async () => {
    [nats, postgres] = await Promise.all([startNats(), startPostgres({ durable: false })]);
    settings = {
      dataDirectory: mkdtempSync(join(tmpdir(), 'auscult-moved-')),
      database: postgres.createDatabase(),
      cluster: nats.url,
    };
  }, 120_000);
  afterAll(async () => {
    await Promise.all([nats.stop(), postgres.stop()]);
    rmSync(settings.dataDirectory, { recursive: true, force: true });
  });

  // Ahead of the others: these servers would complete what they leave.
  test('is completed later if it cannot be completed when its client has not come back', async () => {
    const [one, other] = await startTwo({ ...settings, resumeSeconds: '1' });
    other.recognizer.pushError = new Error('not now');
    const client = await connectOptedIn(one.url);
    const [ready] = client.all('ready');
    if (!ready) throw new Error('it is not ready');
    client.send(silence(1));
    await taken(await streamOf(one), 1);
    await one.app.drain();
    await one.app.close();
    await until(() => other.log().includes('cannot be transcribed now'));
    other.recognizer.pushError = undefined;
    other.recognizer.says = 'last words';
    await until(async () => (await recordOf(other, ready.sessionId)).endedAt !== undefined);
    expect((await recordOf(other, ready.sessionId)).texts).toEqual(['last words']);
  });

  test.for(['lives', 'drains'] as const)('goes on at another server while its own %s', async (how) => {
    const [one, other] = await startTwo(settings);
    const client = await connectOptedIn(one.url);
    client.send({ type: 'configure', keyterms: ['apixaban'], partials: false });
    const ready = await client.next('ready');
    client.send(silence(2));
    const former = await streamOf(one);
    await taken(former, 2);
    former.final('first');
    await client.next('transcription');
    client.send(silence(1.5));
    await taken(former, 3.5);
    if (how === 'lives') client.socket.terminate();
    else {
      expect(await one.app.drain()).toBe(true);
      expect(await client.closed).toBe(1001);
    }

    const back = await resumeAt(other, ready, [0]);
    expect(await back.next('resumed')).toMatchObject({
      sessionId: ready.sessionId,
      receivedSamples: 3.5 * 16_000,
    });
    expect(await back.next('transcription')).toMatchObject({ text: 'first', sequence: 0 });
    const stream = await streamOf(other);
    await until(() => samplesIn(stream.pushedAgain) === 1.5 * 16_000);
    expect(former.isClosed()).toBe(true);
    expect(stream.options.partials).toBe(false);
    expect(stream.keyTerms()).toMatchObject({ count: 1 });
    stream.final('second');
    expect(await back.next('transcription')).toMatchObject({
      text: 'second',
      sequence: 1,
      start: 2,
      end: 3.5,
    });
    back.socket.close(1000);
    await until(async () => (await recordOf(other, ready.sessionId)).endedAt !== undefined);
    expect((await recordOf(one, ready.sessionId)).texts).toEqual(['first', 'second']);
    expect(await sessionsOf(other)).toContain(ready.sessionId);
  });

  test('is not told that it has all text by a server that leaves the rest to another', async () => {
    const [one, other] = await startTwo(settings);
    other.recognizer.says = 'last words';
    const client = await connectOptedIn(one.url);
    const [ready] = client.all('ready');
    if (!ready) throw new Error('it is not ready');
    client.send(silence(1));
    const former = await streamOf(one);
    await taken(former, 1);
    let isAsked = false;
    Object.defineProperty(former, 'flushGate', {
      get: () => {
        isAsked = true;
        return new Promise(() => undefined);
      },
    });
    client.send({ type: 'stop' });
    await until(() => isAsked);
    await one.app.drain();
    expect(await client.closed).toBe(1001);
    expect(client.all('stopped')).toEqual([]);
    const back = await resumeAt(other, ready, [0]);
    await back.next('resumed');
    back.send({ type: 'stop' });
    expect(await back.next('stopped')).toMatchObject({ audioSeconds: 1, utterances: 1 });
    expect(await back.next('transcription')).toMatchObject({ text: 'last words' });
  });

  test('is refused for good by neither of two servers that are asked for it at once', async () => {
    const [one, other] = await startTwo(settings);
    const third = await startScriptedServer({ ...settings, serverName: 'third' });
    const client = await connectOptedIn(one.url);
    const [ready] = client.all('ready');
    if (!ready) throw new Error('it is not ready');
    client.send(silence(1));
    await taken(await streamOf(one), 1);
    await one.app.drain();
    const both = await Promise.all([resumeAt(other, ready, [0]), resumeAt(third, ready, [0])]);
    const answers = await Promise.all(
      both.map((back) => Promise.race([back.next('resumed'), back.next('error')])),
    );
    expect(answers).toContainEqual(expect.objectContaining({ type: 'resumed', receivedSamples: 16_000 }));
    for (const answer of answers) expect(answer).not.toMatchObject({ code: 'resume_refused' });
  });

  test('comes back to the server that had it before', async () => {
    const [one, other] = await startTwo(settings);
    const client = await connectOptedIn(one.url);
    const [ready] = client.all('ready');
    if (!ready) throw new Error('it is not ready');
    client.send(silence(1));
    const first = await streamOf(one);
    await taken(first, 1);
    first.final('first');
    await client.next('transcription');
    client.socket.terminate();
    const there = await resumeAt(other, ready, [1]);
    await there.next('resumed');
    there.send(silence(1));
    const stream = await streamOf(other);
    await taken(stream, 1);
    there.socket.terminate();
    const back = await resumeAt(one, ready, [1]);
    expect(await back.next('resumed')).toMatchObject({ receivedSamples: 32_000 });
    const again = await streamOf(one);
    await until(() => samplesIn(again.pushedAgain) === 16_000);
    again.final('second');
    expect(await back.next('transcription')).toMatchObject({ text: 'second', sequence: 1, start: 1 });
  });

  test('stays where it is if somebody asks for it with another token', async () => {
    const [one, other] = await startTwo(settings);
    const client = await connectOptedIn(one.url);
    const [ready] = client.all('ready');
    if (!ready) throw new Error('it is not ready');
    client.send(silence(1));
    const stream = await streamOf(one);
    await taken(stream, 1);
    const stranger = await resumeAt(other, { ...ready, resume: { token: 'x'.repeat(43) } }, [0]);
    expect(await stranger.next('error')).toMatchObject({ code: 'resume_refused' });
    stream.final('first');
    expect(await client.next('transcription')).toMatchObject({ text: 'first' });
  });
});

async function startTwo(
  settings: Parameters<typeof startScriptedServer>[0],
): Promise<readonly [ScriptedServer, ScriptedServer]> {
  const one = await startScriptedServer({ ...settings, serverName: 'one' });
  return [one, await startScriptedServer({ ...settings, serverName: 'other' })];
}
