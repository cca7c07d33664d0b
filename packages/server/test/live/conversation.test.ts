import { listKeyTerms } from '@auscult/asr';
import { serverMessages } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { MISPLACED_RESUME, connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

describe('a client that knows only the original messages', () => {
  test('gets only them, and its socket stays open after stop', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connect(url);
    expect(await client.next('connection')).toEqual({
      type: 'connection',
      status: 'connected',
      message: 'Real-time transcription ready',
      model: 'scripted',
    });
    client.send(silence(0.5));
    client.send({ type: 'audio', data: Buffer.from(silence(0.5)).toString('base64'), sampleRate: 16000 });
    await until(() => recognizer.streams[0]?.pushed.length === 2);
    expect(recognizer.streams[0]?.options).toMatchObject({
      partials: false,
      sampleRate: 16000,
      encoding: 's16le',
    });
    recognizer.streams[0]?.speech('started', 0.1);
    client.send({ type: 'stop' });
    expect(await client.next('transcription')).toMatchObject({
      text: 'heard 2',
      isFinal: true,
      sequence: 0,
      start: 0,
      end: 1,
      confidence: 0.9,
      language: 'en',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });

    client.send(silence(0.5));
    client.send({ type: 'stop' });
    expect(await client.next('transcription')).toMatchObject({ sequence: 1, start: 1, end: 1.5 });
    expect(new Set(client.messages.map(({ type }) => type))).toEqual(
      new Set(['connection', 'transcription']),
    );
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  test('may stop without audio, and several times', async () => {
    const { url } = await startScriptedServer();
    const client = await connect(url);
    client.send({ type: 'stop' });
    client.send({ type: 'stop' });
    client.send(silence(0.2));
    client.send({ type: 'stop' });
    client.send({ type: 'stop' });
    expect(await client.next('transcription')).toMatchObject({ text: 'heard 1' });
    await roundTrip(client);
    expect(client.all('transcription')).toHaveLength(1);
    expect(client.all('error').map(({ code }) => code)).toEqual(['resume_misplaced']);
  });
});

describe('a client that opted in', () => {
  test('by the subprotocol gets the settings at once', async () => {
    const { url } = await startScriptedServer({ endpointingMs: '700', maxBufferedSeconds: '12' });
    const client = await connectOptedIn(url);
    expect(client.messages[1]).toEqual({
      type: 'ready',
      sessionId: expect.any(String),
      protocol: 'auscult.v1',
      model: 'scripted',
      sampleRate: 16000,
      encoding: 's16le',
      channels: 1,
      partials: true,
      unsettled: false,
      words: false,
      language: 'en',
      task: 'transcribe',
      refine: 'off',
      writtenForm: 'off',
      dictationCommands: 'off',
      commands: [],
      endpointing: { silenceMs: 700, sentences: 'on', maxUtteranceSeconds: 15 },
      lexicon: 'medical',
      speakers: 'off',
      keyterms: 0,
      limits: { maxFrameBytes: 1_048_576, maxBufferedSeconds: 12 },
      resume: { token: expect.stringMatching(/^[\w-]{43}$/), seconds: 300 },
    });
  });

  test('by configure is transcribed with its settings', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connect(url);
    client.send({
      type: 'configure',
      sampleRate: 48000,
      encoding: 'f32le',
      words: true,
      partials: false,
      endpointing: { silenceMs: 900, sentences: 'on', maxUtteranceSeconds: 10 },
    });
    expect(await client.next('ready')).toMatchObject({ sampleRate: 48000, encoding: 'f32le', words: true });
    for (let frame = 0; frame < 10; frame++) client.send(new Uint8Array(4800 * 4));
    client.send({ type: 'stop' });
    const final = await client.next('transcription');
    expect(final).toMatchObject({ end: 1, words: [{ text: 'heard' }, { text: '10' }] });
    expect(recognizer.streams[0]?.options).toEqual({
      keyTerms: listKeyTerms([]),
      share: ['default', 'local'],
      lexicon: 'medical',
      speakers: 'off',
      sampleRate: 48000,
      encoding: 'f32le',
      partials: false,
      endpointingMs: 900,
      endpointSentences: true,
      maxUtteranceSeconds: 10,
      contextSeconds: 20,
      language: 'en',
      task: 'transcribe',
      unsettled: false,
    });
  });

  test('gets partials, speech activity and totals in the form of the protocol', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send(silence(1));
    await until(() => recognizer.streams.length === 1);
    const [stream] = recognizer.streams;
    stream?.speech('started', 0.2);
    stream?.partial('heard');
    expect(await client.next('speech')).toEqual({ type: 'speech', state: 'started', at: 0.2 });
    expect(await client.next('transcription')).toMatchObject({ isFinal: false, sequence: 0, text: 'heard' });
    client.send({ type: 'finalize' });
    expect(await client.next('transcription')).toMatchObject({ isFinal: true, sequence: 0 });
    expect(await client.next('speech')).toEqual({ type: 'speech', state: 'ended', at: 1 });
    expect(await client.next('speech')).toEqual({ type: 'speech', state: 'finalized', at: 1 });
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).toEqual({
      type: 'stopped',
      audioSeconds: 1,
      speechSeconds: 1,
      utterances: 1,
      words: 2,
    });
    for (const message of client.messages) serverMessages[message.type].parse(message);
  });

  test('gets words that are heard only once where it asks for them, also where nothing is settled', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send({ type: 'configure', unsettled: true });
    client.send(silence(1));
    await until(() => recognizer.streams.length === 1);
    const [stream] = recognizer.streams;
    expect(stream?.options).toMatchObject({ unsettled: true });
    stream?.partial('', undefined, 'no');
    stream?.partial('no', undefined, ' pain');
    const told = [await client.next('transcription'), await client.next('transcription')];
    expect(told).toMatchObject([
      { isFinal: false, text: '', unsettled: 'no' },
      { isFinal: false, text: 'no', unsettled: ' pain' },
    ]);
    for (const message of told) serverMessages.transcription.parse(message);
    client.send({ type: 'stop' });
    await client.next('stopped');
  });

  test('gets each channel transcribed by itself', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send({ type: 'configure', channels: 2 });
    client.send(Int16Array.of(1, -1, 2, -2, 3, -3));
    client.send({ type: 'stop' });
    await client.next('stopped');
    expect(client.all('transcription').map(({ channel, sequence }) => [channel, sequence])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    const heard = recognizer.streams.map(({ pushed }) => [
      ...new Int16Array(pushed[0]?.slice().buffer ?? []),
    ]);
    expect(heard).toEqual([
      [1, 2, 3],
      [-1, -2, -3],
    ]);
  });

  test('may change the rate in the middle of a stream', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    const data = Buffer.alloc(320).toString('base64');
    client.send({ type: 'audio', data });
    client.send({ type: 'audio', data, sampleRate: 8000 });
    await until(() => recognizer.streams[0]?.pushed.length === 2);
    expect(recognizer.streams[0]?.sampleRates).toEqual([undefined, 8000]);
  });

  test('may not configure once there is audio', async () => {
    const { url } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send(silence(0.1));
    client.send({ type: 'configure', words: true });
    expect(await client.next('error')).toMatchObject({ code: 'configure_too_late' });
    await roundTrip(client);
  });

  test('is told that the model lacks a language', async () => {
    const { url } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send({ type: 'configure', language: 'fr' });
    expect(await client.next('error')).toMatchObject({
      code: 'unsupported_language',
      field: 'language',
      limit: 'one of en',
    });
    client.send({ type: 'configure', language: 'en-GB' });
    expect(await client.next('ready')).toMatchObject({ language: 'en-GB' });
  });

  test('gets the answer to a stop before that of anything sent after it', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send(silence(0.1));
    await until(() => recognizer.streams.length === 1);
    let open = (): void => undefined;
    const [stream] = recognizer.streams;
    if (stream) stream.flushGate = new Promise((resolve) => (open = resolve));
    client.send({ type: 'stop' });
    client.send({ type: 'stop' });
    client.send(silence(0.1));
    client.send({ type: 'finalize' });
    client.socket.ping();
    open();
    await until(() => client.all('speech').length === 1);
    const order = client.messages.slice(2).map((message) => message.type);
    expect(order).toEqual(['transcription', 'stopped', 'stopped', 'transcription', 'speech']);
    expect(client.all('stopped').map(({ audioSeconds }) => audioSeconds)).toEqual([0.1, 0.1]);
  });
});

test('a final whose recognition failed is reported, and the session goes on', async () => {
  const { url, recognizer, log } = await startScriptedServer();
  const client = await connect(url);
  client.send(silence(3));
  await until(() => recognizer.streams.length === 1);
  recognizer.streams[0]?.lose(0.5, 2.25);
  expect(await client.next('error')).toMatchObject({ code: 'audio_lost', start: 0.5, end: 2.25 });
  client.send({ type: 'stop' });
  await client.next('transcription');
  expect(log()).toContain('audio lost');
});

test('an unexpected failure ends only its own session, with an error code', async () => {
  const { url, recognizer, log } = await startScriptedServer();
  const other = await connect(url);
  const client = await connect(url);
  recognizer.pushError = new Error('secret words in a message');
  client.send(silence(0.1));
  expect(await client.closed).toBe(1011);
  expect(client.all('error')).toMatchObject([{ code: 'internal_error' }]);
  recognizer.pushError = undefined;
  other.send(silence(0.1));
  other.send({ type: 'stop' });
  await other.next('transcription');
  expect(log()).toContain('unexpected error');
  expect(log()).not.toContain('secret words');
  expect(recognizer.streams[0]?.isClosed()).toBe(true);
});

test('a client that leaves has its audio dropped', async () => {
  const { url, recognizer } = await startScriptedServer();
  const client = await connect(url);
  client.send(silence(0.1));
  await until(() => recognizer.streams.length === 1);
  client.socket.terminate();
  await until(() => recognizer.streams[0]?.isClosed() === true);
});

/** Returns once everything sent so far has been handled: messages are handled strictly in order. */
async function roundTrip(client: Client): Promise<void> {
  const before = client.all('error').length;
  client.send(MISPLACED_RESUME);
  await until(() => client.all('error').length === before + 1);
}
