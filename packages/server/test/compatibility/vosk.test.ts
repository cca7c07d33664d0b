import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { embeddedPath } from '../../src/db/database.js';
import { silence } from '../support/client.js';
import {
  basic,
  handshakeHeaders,
  handshakeRefusal,
  openFrames,
  type FrameClient,
} from '../support/frame-client.js';
import { startGuardedServer } from '../support/guarded-server.js';
import { onlyRecordedSettings } from '../support/recorded-settings.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

/** 100 ms at the rate that holds unless a client names another. */
const AUDIO = new Uint8Array(1600);

describe('a client of Vosk', () => {
  test('is answered once for each binary frame, with the oldest final that it does not have, else with what is being said', async () => {
    const { client, stream } = await connect();
    expect(await client.next()).toEqual({ partial: '' });
    stream().partial('No chest');
    expect(await answer(client)).toEqual({ partial: 'no chest' });
    stream().final('No chest pain.');
    stream().final('Lungs clear,');
    stream().partial('And the');
    const first = await answer(client);
    expect(first).toMatchObject({ text: 'no chest pain' });
    expect(first).not.toHaveProperty('partial');
    expect(first['result']).toMatchObject([
      { conf: 0.9, start: 0, end: 0.3, word: 'no' },
      { word: 'chest' },
      { word: 'pain' },
    ]);
    expect(await answer(client)).toMatchObject({ text: 'lungs clear' });
    expect(await answer(client)).toEqual({ partial: 'and the' });
    stream().empty('silence');
    expect(await answer(client)).toEqual({ partial: '' });
    client.send({ config: { words: false } });
    stream().final('Good.');
    expect(await answer(client)).toEqual({ text: 'good' });
    expect(client.frames).toHaveLength(7);
  });

  test('gets the rest in one frame after {"eof"}, and is let go', async () => {
    const server = await voskServer();
    for (const eof of ['{"eof" : 1}', '{"eof":1}', ' { "eof"\n: 1 } ']) {
      const { client, stream } = await connectTo(server);
      await client.next();
      stream().final('One.');
      stream().final('Two.');
      client.send(AUDIO);
      client.send(AUDIO);
      client.send(eof);
      client.send(AUDIO);
      expect(await client.closed).toEqual({ code: 1000, reason: 'done' });
      const [, ...frames] = client.frames.map(({ text, partial }) => text ?? partial);
      expect(frames).toEqual(['one', 'two', 'heard 3']);
    }
  });

  test('gets the text of all audio so far on {"reset"}, and an empty one if there is none', async () => {
    const { client, stream } = await connect();
    await client.next();
    client.send({ reset: 1 });
    expect(await client.next()).toMatchObject({ text: 'heard 1' });
    client.send({ reset: 1 });
    expect(await client.next()).toEqual({ text: '' });
    expect(await answer(client)).toEqual({ partial: '' });
    stream().final('And more.');
    client.send('{"eof" : 1}');
    expect(await client.next()).toMatchObject({ text: 'and more' });
  });

  test('is answered at once while a final cannot be recorded, and gets that once it is', async () => {
    const { server, client, stream } = await connect();
    await client.next();
    const other = new DatabaseSync(embeddedPath(server));
    other.exec('begin immediate');
    stream().final('No chest pain.');
    expect(await answer(client)).toEqual({ partial: '' });
    other.exec('rollback');
    other.close();
    let told = await answer(client);
    while (!('text' in told)) told = await answer(client);
    expect(told).toMatchObject({ text: 'no chest pain' });
  });

  test('configures without an answer, before and between audio', async () => {
    const server = await voskServer();
    const client = await openFrames(`${server.url}/`);
    const phrases = ['metoprolol', 'ventricular septal defect', '[unk]'];
    client.send(
      '{"config":{"sample_rate":16000.000000,"words":true,"phrase_list":["metoprolol","ventricular septal defect","[unk]"],"max_alternatives":0}}',
    );
    expect(await answer(client)).toEqual({ partial: '' });
    const { streams } = server.recognizer;
    expect(streams[0]?.options).toMatchObject({
      sampleRate: 16_000,
      encoding: 's16le',
      keyTerms: { count: 2 },
    });
    // What is in force already does not end an utterance.
    client.send({ config: { sample_rate: 16_000 } });
    expect(await answer(client)).toEqual({ partial: '' });
    client.send({ config: { sample_rate: 48_000, model: 'vosk-model-en', max_alternatives: 3, spk: 'x' } });
    expect(await answer(client)).toMatchObject({ text: 'heard 2' });
    expect(streams.map(({ options }) => options.sampleRate)).toEqual([16_000, 48_000]);
    client.send({ eof: 1 });
    await client.closed;
    expect(await onlyRecordedSettings(server)).toMatchObject({
      asked: {
        service: 'vosk',
        model: 'vosk-model-en',
        warnings: [
          { parameter: 'phrase_list' },
          { parameter: 'model' },
          { parameter: 'max_alternatives' },
          { parameter: 'spk' },
        ],
      },
    });
    expect(server.log()).not.toContain(phrases[0]);
  });

  test('gets capital letters and punctuation if its address asks for them', async () => {
    const { client, stream } = await connect('/vosk?punctuate=true&tier=nova');
    await client.next();
    stream().partial('Lungs clear.');
    expect(await answer(client)).toEqual({ partial: 'Lungs clear.' });
    stream().final('Lungs clear.');
    expect(await answer(client)).toMatchObject({
      text: 'Lungs clear.',
      result: [{ word: 'Lungs' }, { word: 'clear.' }],
    });
  });

  test('may cut its audio anywhere', async () => {
    const { client, stream } = await connect();
    for (const size of [1, 3, 2, 0, 1]) client.send(new Uint8Array(size).fill(size));
    client.send({ eof: 1 });
    await client.closed;
    expect(client.frames).toHaveLength(7);
    expect(Buffer.concat(stream().pushed).subarray(AUDIO.length)).toEqual(Buffer.from([1, 3, 3, 3, 2, 2]));
  });

  test('that ends with an empty frame is done if nothing follows', async () => {
    const { client } = await connect();
    client.send(new Uint8Array());
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(client.frames).toMatchObject([{ partial: '' }, { partial: '' }, { text: 'heard 1' }]);
  });

  test('is closed with a code for what is not understood, after the finals that it does not have', async () => {
    const server = await voskServer();
    const cases = [
      { text: '{"eof" : 1', reason: 'malformed_json' },
      { text: '[]', reason: 'object_expected' },
      { text: '{"spk":1}', reason: 'unknown_type' },
      { text: '{"config":{"sample_rate":"fast"}}', reason: 'sample_rate_out_of_range' },
      { text: '{"config":{"sample_rate":4000}}', reason: 'sample_rate_out_of_range' },
      { text: '{"config":[1]}', reason: 'invalid_message' },
      { text: '['.repeat(50) + ']'.repeat(50), reason: 'too_deeply_nested' },
    ];
    for (const { text, reason } of cases) {
      const { client, stream } = await connectTo(server);
      await client.next();
      stream().final('One.');
      stream().final('Two.');
      client.send(text);
      expect(await client.closed).toEqual({ code: 1008, reason });
      expect(client.frames).toMatchObject([{ partial: '' }, { text: 'one two' }]);
    }
  });

  test('is closed where text is missing, or the server goes away', async () => {
    const lost = await connect();
    await lost.client.next();
    lost.stream().lose(0, 0.1);
    expect(await lost.client.closed).toEqual({ code: 1008, reason: 'audio_lost' });

    const drained = await connect();
    await drained.client.next();
    await drained.server.app.drain();
    expect(await drained.client.closed).toMatchObject({ code: 1001 });
    expect(drained.client.frames).toMatchObject([{ partial: '' }, { text: 'heard 1' }]);
  });

  test('is let in with a key by Basic, and is else refused before the upgrade', async () => {
    const server = await startGuardedServer({ compatibility: 'vosk' });
    const key = await server.keyOf('service');
    const client = await openFrames(`${server.url}/`, { headers: basic(key) });
    expect(await answer(client)).toEqual({ partial: '' });
    // Asterisk offers this one, and Vosk selects none.
    const asterisk = await handshakeHeaders(`${server.url}/`, { headers: basic(key), protocols: ['ws'] });
    expect(asterisk).not.toHaveProperty('sec-websocket-protocol');
    for (const path of ['/', '/vosk']) {
      const refusal = await handshakeRefusal(`${server.url}${path}`);
      expect(refusal).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
      expect(refusal.headers['www-authenticate']).toContain('Basic');
    }
    const wrong = await handshakeRefusal(`${server.url}/`, { headers: basic('ausk_wrong') });
    expect(wrong).toMatchObject({ status: 401 });
    const auditor = await handshakeRefusal(`${server.url}/`, {
      headers: basic(await server.keyOf('auditor')),
    });
    expect(auditor).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    const foreign = await handshakeRefusal(`${server.url}/`, {
      headers: { ...basic(key), origin: 'https://elsewhere.example' },
    });
    expect(foreign).toMatchObject({ status: 403 });
    expect(server.log()).not.toMatch(/ausk_/);
  });

  test('is refused by a status where there is no place, or where its address asks for what there is not', async () => {
    const server = await voskServer({ maxSessions: '1' });
    expect(await handshakeRefusal(`${server.url}/vosk?punctuate=perhaps`)).toMatchObject({ status: 400 });
    expect(await handshakeRefusal(`${server.url}/vosk?language=tlh`)).toMatchObject({ status: 400 });
    await openFrames(`${server.url}/vosk`);
    expect(await handshakeRefusal(`${server.url}/vosk`)).toMatchObject({
      status: 503,
      body: { error: { code: 'too_many_sessions' } },
    });
  });

  test('finds the page at / without an upgrade, and nothing at all where it is not wanted', async () => {
    const server = await voskServer();
    const page = await fetch(`${server.url}/`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect((await fetch(`${server.url}/`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${server.url}/vosk`)).status).toBe(426);

    const plain = await startScriptedServer();
    expect((await fetch(`${plain.url}/vosk`)).status).toBe(404);
    expect(plain.app.routes.filter(({ url }) => ['/vosk', '/whisper-live'].includes(url))).toEqual([]);
    expect(plain.app.routes.filter(({ url, method }) => url === '/' && method === 'GET')).toHaveLength(1);
  });
});

function voskServer(overrides: Parameters<typeof startScriptedServer>[0] = {}): Promise<ScriptedServer> {
  return startScriptedServer({ compatibility: 'vosk', ...overrides });
}

async function connect(path = '/') {
  return connectTo(await voskServer(), path);
}

/** A client that has sent audio, which is answered once. */
async function connectTo(server: ScriptedServer, path = '/') {
  const before = server.recognizer.streams.length;
  const client = await openFrames(`${server.url}${path}`);
  client.send(AUDIO);
  await until(() => server.recognizer.streams.length > before);
  const stream = () => {
    const last = server.recognizer.streams.at(-1);
    if (last === undefined) throw new Error('no audio has come');
    return last;
  };
  return { server, client, stream };
}

/** Sends audio and waits for the answer. */
function answer(client: FrameClient) {
  client.send(silence(0.1));
  return client.next();
}
