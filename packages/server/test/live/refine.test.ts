import { serverMessages } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { refinementMessage } from '../../src/live/dialects/auscult/refinement-message.js';
import type { Transcription } from '../../src/transcriptions/transcription.js';
import { MISPLACED_RESUME, connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { openPathsUnder } from '../support/open-files.js';
import { listenOnly, startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { ended, listed, result } from '../support/upload.js';

describe('a session with a record pass', () => {
  test('is transcribed again after each stop, in the time of its stream, and its finals stay', async () => {
    const server = await startScriptedServer();
    const { url, recognizer } = server;
    const client = await connectOptedIn(url);
    client.send({ type: 'configure', refine: 'on-stop' });
    expect(await client.next('ready')).toMatchObject({ refine: 'on-stop', task: 'transcribe' });
    const first = Int16Array.from({ length: 16_000 }, (_, i) => (i % 2000) - 1000);
    client.send(first);
    client.send({ type: 'stop' });
    const { refinement } = await client.next('stopped');
    const refined = await client.next('refined');
    expect(refined).toMatchObject({
      id: refinement?.id,
      text: 'heard 1',
      segments: [{ start: 0, end: 1, text: 'heard 1', confidence: expect.closeTo(0.8, 1) as number }],
      audioSeconds: 1,
    });
    const reading = recognizer.streams[1];
    expect(reading?.options).toMatchObject({ encoding: 'f32le', sampleRate: 16_000, priority: 'background' });
    const read = new Float32Array(Buffer.concat(reading?.pushed ?? []).buffer.slice(0, 64_000));
    expect(Int16Array.from(read, (sample) => sample * 32_768)).toEqual(first);

    client.send(silence(0.5));
    client.send({ type: 'stop' });
    expect(await client.next('refined')).toMatchObject({
      segments: [{ start: 1, end: 1.5 }],
      audioSeconds: 0.5,
    });
    expect(client.all('transcription').map(({ sequence }) => sequence)).toEqual([0, 1]);
    for (const message of client.messages) serverMessages[message.type].parse(message);

    const { sessionId } = client.all('ready')[0] ?? {};
    expect(await listed(url)).toMatchObject([
      { origin: 'session', sessionId, status: 'done', audioSeconds: 0.5 },
      { origin: 'session', sessionId, status: 'done', id: refined.id, audioSeconds: 1 },
    ]);
    expect(await (await result(url, refined.id)).json()).toMatchObject({ text: refined.text });
    await until(async () => (await openPathsUnder(server.spoolDirectory)).length === 0);
  });

  test('has each channel transcribed again by itself', async () => {
    const { url } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send({ type: 'configure', refine: 'on-stop', channels: 2 });
    client.send(silence(1));
    client.send({ type: 'stop' });
    expect((await client.next('refined')).segments.map(({ channel, end }) => [channel, end])).toEqual([
      [0, 0.5],
      [1, 0.5],
    ]);
  });

  test('is transcribed again by the model that is set for it', async () => {
    const { app, url, recognizer, refiner } = await startScriptedServer({
      refine: 'on-stop',
      refineModel: 'larger',
    });
    const client = await connectOptedIn(url);
    client.send(silence(1));
    client.send({ type: 'stop' });
    await client.next('refined');
    expect([recognizer.streams.length, refiner.streams.length]).toEqual([1, 4]);
    await app.close();
    expect(refiner.isClosed()).toBe(true);
  });

  test('is heard again as often as the settings say', async () => {
    const { url, recognizer } = await startScriptedServer({ refine: 'on-stop', refineHearings: '2' });
    const client = await connectOptedIn(url);
    client.send(silence(1));
    client.send({ type: 'stop' });
    expect(await client.next('refined')).toMatchObject({ segments: [{ start: 0, end: 1 }] });
    const [, ...hearings] = recognizer.streams.map(({ options }) => options.endpointingMs);
    expect(hearings).toEqual([700, 500]);
  });

  test('is not transcribed again where no audio came since the last stop', async () => {
    const { url } = await startScriptedServer({ refine: 'on-stop' });
    const client = await connectOptedIn(url);
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).not.toHaveProperty('refinement');
    client.send(silence(0.1));
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).toHaveProperty('refinement.id');
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).not.toHaveProperty('refinement');
  });

  test('is transcribed again when its client leaves without a stop, and can be fetched', async () => {
    const { url } = await startScriptedServer({ refine: 'on-stop' });
    const client = await connectOptedIn(url);
    const [ready] = client.all('ready');
    client.send(silence(1));
    await roundTrip(client);
    client.socket.close();
    await client.closed;
    await until(async () => (await listed(url)).length === 1);
    const [transcription] = await listed(url);
    expect(transcription).toMatchObject({ origin: 'session', sessionId: ready?.sessionId });
    expect(await ended(url, transcription?.id ?? '')).toMatchObject({ status: 'done', audioSeconds: 1 });
  });

  test('sends no message of it to a client that knows only the original messages', async () => {
    const { url } = await startScriptedServer({ refine: 'on-stop' });
    const client = await connect(url);
    client.send(silence(0.5));
    client.send({ type: 'stop' });
    await until(async () => (await listed(url)).some(({ status }) => status === 'done'));
    await roundTrip(client);
    expect(new Set(client.messages.map(({ type }) => type))).toEqual(
      new Set(['connection', 'transcription', 'error']),
    );
  });

  test('is not transcribed again where a client turns it off', async () => {
    const server = await startScriptedServer({ refine: 'on-stop' });
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', refine: 'off' });
    client.send(silence(0.5));
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).not.toHaveProperty('refinement');
    expect(await openPathsUnder(server.spoolDirectory)).toEqual([]);
  });
});

describe('the session goes on with a warning where the record pass is prevented by', () => {
  test('more audio than is kept', async () => {
    const server = await startScriptedServer({ refine: 'on-stop', maxRefineMinutes: '1' });
    const client = await connectOptedIn(server.url);
    for (let second = 0; second < 61; second += 10) client.send(silence(10));
    expect(await client.next('warning')).toMatchObject({ code: 'refine_too_long' });
    await until(async () => (await openPathsUnder(server.spoolDirectory)).length === 0);
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).not.toHaveProperty('refinement');
    client.send(silence(1));
    client.send({ type: 'stop' });
    expect(await client.next('refined')).toMatchObject({
      audioSeconds: 1,
      segments: [{ start: 70, end: 71 }],
    });
  });

  test('a folder that cannot be written', async () => {
    const { url } = await startScriptedServer({ refine: 'on-stop', spoolDirectory: '/dev/null/spool' });
    const client = await connectOptedIn(url);
    client.send(silence(1));
    expect(await client.next('warning')).toMatchObject({ code: 'refine_unavailable' });
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).not.toHaveProperty('refinement');
    expect(client.all('transcription')).toHaveLength(1);
  });

  test('too many waiting transcriptions', async () => {
    const server = await startScriptedServer({ refine: 'on-stop', maxTranscriptionJobs: '1' });
    const [one, other] = [await connectOptedIn(server.url), await connectOptedIn(server.url)];
    one.send(silence(1));
    await until(() => server.recognizer.streams.length === 1);
    server.recognizer.flushGate = new Promise<void>(() => undefined);
    one.send({ type: 'stop' });
    expect(await one.next('stopped')).toHaveProperty('refinement');
    await until(() => server.recognizer.streams.length >= 2);
    server.recognizer.flushGate = undefined;
    other.send(silence(1));
    other.send({ type: 'stop' });
    expect(await other.next('warning')).toMatchObject({ code: 'refine_unavailable' });
    expect(await other.next('stopped')).not.toHaveProperty('refinement');
  });

  test('a cancelled transcription', async () => {
    const { url, recognizer } = await startScriptedServer({ refine: 'on-stop' });
    const client = await connectOptedIn(url);
    client.send(silence(1));
    await until(() => recognizer.streams.length === 1);
    recognizer.flushGate = new Promise<void>(() => undefined);
    client.send({ type: 'stop' });
    const { refinement } = await client.next('stopped');
    await fetch(`${url}/api/v1/transcriptions/${refinement?.id ?? ''}`, { method: 'DELETE' });
    expect(await client.next('warning')).toMatchObject({ code: 'refine_failed' });
  });

  test('a text that is too large for a message', () => {
    const segment = {
      text: 'word '.repeat(100).trim(),
      start: 0,
      end: 60,
      confidence: 1,
      words: [],
      language: 'en',
    };
    const transcription = (segments: number): Transcription => ({
      id: 'x',
      ownership: { tenant: 'default', owner: 'local', groups: [] },
      origin: 'session',
      sessionId: 'y',
      status: 'done',
      progress: 1,
      audioSeconds: 60,
      model: 'scripted',
      language: 'en',
      task: 'transcribe',
      words: true,
      damaged: false,
      dropped: 0,
      createdAt: new Date(),
      startedAt: new Date(),
      endedAt: new Date(),
      expiresAt: new Date(),
      error: undefined,
      transcript: { duration: 60, segments: new Array<typeof segment>(segments).fill(segment) },
    });
    expect(refinementMessage(transcription(2), 8192)).toMatchObject({ type: 'refined', audioSeconds: 60 });
    expect(refinementMessage(transcription(5), 8192)).toMatchObject({ code: 'refined_too_large' });
  });
});

test('tasks and languages that the model lacks are refused', async () => {
  const { url } = await startScriptedServer();
  const client = await connectOptedIn(url);
  client.send({ type: 'configure', task: 'translate' });
  expect(await client.next('error')).toMatchObject({
    code: 'unsupported_task',
    field: 'task',
    limit: 'one of transcribe',
  });
  client.send({ type: 'configure', language: 'auto' });
  expect(await client.next('error')).toMatchObject({ code: 'unsupported_language', limit: 'one of en' });
});

test('a server whose model cannot do its task does not start', async () => {
  const { app } = await listenOnly({ task: 'translate' });
  await expect(app.warmUp()).rejects.toMatchObject({
    name: 'ConfigError',
    remedy: expect.stringContaining('--task to transcribe'),
  });
});

test('a multilingual model gets the language and the task of each session', async () => {
  const { url, recognizer } = await startScriptedServer();
  Object.assign(recognizer.model, { languages: ['en', 'de'], tasks: ['transcribe', 'translate'] });
  const client = await connectOptedIn(url);
  client.send({ type: 'configure', language: 'auto', task: 'translate' });
  client.send(silence(0.1));
  await until(() => recognizer.streams.length === 1);
  expect(recognizer.streams[0]?.options).toMatchObject({ language: 'auto', task: 'translate' });
  const other = await connectOptedIn(url);
  other.send({ type: 'configure', language: 'de-CH' });
  expect(await other.next('ready')).toMatchObject({ language: 'de-CH', task: 'transcribe' });
  other.send({ type: 'configure', language: 'fr' });
  expect(await other.next('error')).toMatchObject({
    code: 'unsupported_language',
    limit: 'one of auto, en, de',
  });
});

/** Returns once everything sent so far has been handled. */
async function roundTrip(client: Client): Promise<void> {
  client.send(MISPLACED_RESUME);
  await client.next('error');
}
