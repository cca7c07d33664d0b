import { describe, expect, test } from 'vitest';
import {
  basic,
  handshakeRefusal,
  openFrames,
  type Frame,
  type FrameClient,
} from '../support/frame-client.js';
import { startGuardedServer } from '../support/guarded-server.js';
import { onlyRecordedSettings } from '../support/recorded-settings.js';
import { listenOnly, startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

/** 100 ms. */
const AUDIO = new Uint8Array(1600 * 4);

const END_OF_AUDIO = Buffer.from('END_OF_AUDIO');

/** What the official client sends first. */
const OPTIONS = {
  uid: '3f0e1b7a-6c1e-4c50-9d53-5a3b7f4f2c11',
  language: null,
  task: 'transcribe',
  model: 'small',
  use_vad: true,
  send_last_n_segments: 10,
  no_speech_thresh: 0.45,
  clip_audio: false,
  same_output_threshold: 10,
  enable_translation: false,
  target_language: 'fr',
  hotwords: null,
  enable_diarization: false,
  max_speakers: 10,
  known_speakers: [],
  word_timestamps: false,
  initial_prompt: null,
  vad_parameters: null,
};
const { uid } = OPTIONS;

describe('a client of WhisperLive', () => {
  test('is told that the server is ready, and gets all text with its own name', async () => {
    const { client, server } = await connect();
    expect(client.frames).toEqual([{ uid, message: 'SERVER_READY', backend: 'faster_whisper' }]);
    const stream = await speak(client, server);
    expect(stream.options).toMatchObject({ sampleRate: 16_000, encoding: 'f32le', language: 'en' });
    stream.partial('No chest');
    expect(await client.next()).toEqual({
      uid,
      segments: [{ start: '0.000', end: '0.100', text: ' No chest', completed: false }],
    });
    stream.final('No chest pain.');
    const completed = { start: '0.000', end: '0.100', text: ' No chest pain.', completed: true };
    // The client keeps what it saw last that was not completed, and writes it into its file if it reads otherwise.
    expect(await client.next()).toEqual({ uid, segments: [{ ...completed, completed: false }] });
    expect(await client.next()).toEqual({ uid, segments: [completed] });
    client.send(AUDIO);
    client.send(END_OF_AUDIO);
    client.send(AUDIO);
    expect(await client.closed).toEqual({ code: 1000, reason: 'done' });
    const last = { start: '0.100', end: '0.200', text: ' heard 2', completed: true };
    expect(client.frames.slice(-2)).toEqual([
      { uid, segments: [completed, last] },
      { uid, message: 'DISCONNECT' },
    ]);
  });

  test('gets the last finals in each message, as many as it asks for, and none of them ever changes', async () => {
    const { client, server } = await connect({ send_last_n_segments: 2, word_timestamps: true });
    for (const text of ['One.', 'Two.', 'Two.', 'Four.']) {
      const stream = await speak(client, server);
      stream.partial(text.slice(0, -1));
      stream.final(text);
      while ((await client.next())['segments'] === undefined || !lastOf(client).completed);
    }
    const stream = await speak(client, server);
    stream.partial('Five');
    stream.empty('silence');
    await until(() => textsOf(client).at(-2)?.at(-1) === ' Five');
    expect(textsOf(client).slice(-2)).toEqual([
      [' Two.', ' Four.', ' Five'],
      [' Two.', ' Four.'],
    ]);
    expect(lastOf(client).words).toEqual([
      { word: ' Four.', start: '0.300', end: '0.400', probability: 0.9 },
    ]);
    checkSegments(client);
  });

  test('has its last words made final after a second without a frame', async () => {
    const { client, server } = await connect();
    await speak(client, server);
    expect(await client.next()).toMatchObject({ segments: [{ text: ' heard 1', completed: false }] });
    expect(await client.next()).toMatchObject({ segments: [{ text: ' heard 1', completed: true }] });
    client.send(AUDIO);
    client.send(END_OF_AUDIO);
    await client.closed;
    expect(textsOf(client).at(-1)).toEqual([' heard 1', ' heard 2']);
  });

  test('says what it wants in its first message, and is told what it does not get', async () => {
    const { client, server } = await connect({
      language: 'en-GB',
      hotwords: 'metoprolol, HbA1c',
      initial_prompt: 'This is a long sentence that somebody wrote to set the tone of it all.',
      enable_translation: true,
      known_speakers: [{ name: 'A', audio_base64: 'AAAA' }],
      audio_format: 'int16',
      hf_token: null,
      surprise: 1,
    });
    const warnings = client.frames.filter(({ status }) => status === 'WARNING');
    expect(warnings.map((warning) => warning['message'])).toEqual([
      expect.stringMatching(/^enable_translation: /),
      expect.stringMatching(/^known_speakers: /),
      expect.stringMatching(/^initial_prompt: /),
      expect.stringMatching(/^surprise: /),
    ]);
    expect(client.frames.every((frame) => frame['uid'] === uid)).toBe(true);
    const stream = await speak(client, server);
    expect(stream.options).toMatchObject({ language: 'en-GB', encoding: 's16le', keyTerms: { count: 2 } });
    client.send(END_OF_AUDIO);
    await client.closed;
    expect(await onlyRecordedSettings(server)).toMatchObject({
      asked: { service: 'whisper-live', model: 'small', warnings: { length: 4 } },
    });
  });

  test('is told an error for what there is not, and closed', async () => {
    const server = await whisperServer();
    const cases = [
      { options: { language: 'tlh' }, field: 'language', reason: 'unsupported_language' },
      { options: { task: 'translate' }, field: 'task', reason: 'unsupported_task' },
      { options: { task: 'sing' }, field: 'task', reason: 'invalid_request' },
      { options: { audio_format: 'uint8' }, field: 'audio_format', reason: 'invalid_request' },
    ];
    for (const { options, field, reason } of cases) {
      const client = await openFrames(server.url);
      client.send({ ...OPTIONS, ...options });
      expect(await client.next()).toMatchObject({ uid, status: 'ERROR' });
      expect(await client.closed).toEqual({ code: 1008, reason });
      expect(client.frames).toMatchObject([{ message: expect.stringContaining(field) as string }]);
    }
  });

  test('is closed with a code if nobody knows whom to tell', async () => {
    const { url } = await whisperServer();
    const cases = [
      { first: {}, reason: 'invalid_message' },
      { first: { uid: 'x'.repeat(201) }, reason: 'invalid_message' },
      { first: AUDIO, reason: 'invalid_message' },
      { first: 'hello', reason: 'malformed_json' },
      { first: '['.repeat(50) + ']'.repeat(50), reason: 'too_deeply_nested' },
    ];
    for (const { first, reason } of cases) {
      const client = await openFrames(`${url}/whisper-live`);
      client.send(first);
      expect(await client.closed).toEqual({ code: 1008, reason });
      expect(client.frames).toEqual([]);
    }
  });

  test('is told where text is missing, or where it says what is not understood', async () => {
    const lost = await connect();
    (await speak(lost.client, lost.server)).lose(0, 0.1);
    expect(await lost.client.next()).toMatchObject({ uid, status: 'ERROR' });
    expect(await lost.client.closed).toEqual({ code: 1011, reason: 'audio_lost' });

    const confused = await connect();
    confused.client.send('{"uid":"again"}');
    expect(await confused.client.next()).toMatchObject({ uid, status: 'ERROR' });
    expect(await confused.client.closed).toEqual({ code: 1008, reason: 'unknown_type' });
  });

  test('is told to wait where there is no place, and as soon as the server goes away', async () => {
    const full = await whisperServer({ maxSessions: '1' });
    const { client } = await connectTo(full);
    for (const path of ['/', '/whisper-live']) {
      const second = await openFrames(`${full.url}${path}`);
      second.send(OPTIONS);
      expect(await second.next()).toEqual({ uid, status: 'WAIT', message: 1 });
      expect(await second.closed).toEqual({ code: 1013, reason: 'too_many_sessions' });
    }
    await speak(client, full);
    await full.app.drain();
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(textsOf(client).at(-1)).toEqual([' heard 1']);
    const late = await openFrames(full.url);
    late.send(OPTIONS);
    expect(await late.next()).toMatchObject({ status: 'WAIT' });

    const cold = await listenOnly({ compatibility: 'whisper-live' });
    const early = await openFrames(cold.url);
    early.send(OPTIONS);
    expect(await early.next()).toMatchObject({ status: 'WAIT' });
  });

  test('cannot show a key, so where one is needed, it is told so', async () => {
    const server = await startGuardedServer({ compatibility: 'whisper-live' });
    const client = await openFrames(server.url);
    client.send(OPTIONS);
    expect(await client.next()).toMatchObject({ uid, status: 'ERROR' });
    expect(await client.closed).toEqual({ code: 1008, reason: 'unauthenticated' });
    const large = await openFrames(server.url);
    large.send({ ...OPTIONS, known_speakers: ['x'.repeat(70_000)] });
    expect(await large.closed).toEqual({ code: 1008, reason: 'unauthenticated' });
  });
});

describe('the address that clients of WhisperLive and Vosk share', () => {
  test('is in the protocol of the first frame', async () => {
    const server = await bothServer();
    const whisper = await openFrames(server.url);
    const vosk = await openFrames(server.url);
    const unconfigured = await openFrames(server.url);
    whisper.send(OPTIONS);
    vosk.send({ config: { sample_rate: 16_000, phrase_list: ['"uid":', '{"uid":1'] } });
    vosk.send(AUDIO);
    unconfigured.send(AUDIO);
    expect(await whisper.next()).toMatchObject({ uid, message: 'SERVER_READY' });
    expect(await vosk.next()).toEqual({ partial: '' });
    expect(await unconfigured.next()).toEqual({ partial: '' });
    await speak(whisper, server);
    whisper.send(END_OF_AUDIO);
    expect(await whisper.closed).toMatchObject({ code: 1000 });
    const rates = server.recognizer.streams.map(({ options }) => `${options.encoding} ${options.sampleRate}`);
    expect(rates.toSorted()).toEqual(['f32le 16000', 's16le 16000', 's16le 8000']);
    for (const path of ['/vosk', '/whisper-live']) await openFrames(`${server.url}${path}`);
    expect((await fetch(server.url)).headers.get('content-type')).toMatch(/^text\/html/);
  });

  test('refuses each in its own way', async () => {
    const server = await startGuardedServer({ compatibility: 'vosk,whisper-live' });
    const wrong = await handshakeRefusal(server.url, { headers: basic('ausk_wrong') });
    expect(wrong).toMatchObject({ status: 401 });
    const vosk = await openFrames(server.url, { headers: basic(await server.keyOf('service')) });
    vosk.send(AUDIO);
    expect(await vosk.next()).toEqual({ partial: '' });

    const whisper = await openFrames(server.url);
    whisper.send(OPTIONS);
    expect(await whisper.next()).toMatchObject({ uid, status: 'ERROR' });
    expect(await whisper.closed).toMatchObject({ code: 1008 });
    const keyless = await openFrames(server.url);
    keyless.send(AUDIO);
    expect(await keyless.closed).toEqual({ code: 1008, reason: 'unauthenticated' });
    expect(keyless.frames).toEqual([]);
  });

  test('waits for the first frame of nobody who has left', async () => {
    const server = await bothServer();
    const client = await openFrames(server.url);
    client.socket.close(1000);
    await client.closed;
    await until(async () => (await server.metrics()).includes('auscult_sessions 0\n'));
    const drained = await openFrames(server.url);
    await server.app.drain();
    expect(await drained.closed).toMatchObject({ code: 1001 });
  });
});

function whisperServer(overrides: Parameters<typeof startScriptedServer>[0] = {}): Promise<ScriptedServer> {
  return startScriptedServer({ compatibility: 'whisper-live', ...overrides });
}

function bothServer(): Promise<ScriptedServer> {
  return startScriptedServer({ compatibility: 'vosk,whisper-live' });
}

async function connect(options: object = {}) {
  return connectTo(await whisperServer(), options);
}

/** A client that the server is ready for. */
async function connectTo(server: ScriptedServer, options: object = {}) {
  const client = await openFrames(server.url);
  client.send({ ...OPTIONS, ...options });
  while ((await client.next())['message'] !== 'SERVER_READY');
  return { server, client };
}

/** Sends audio, and gives the stream that it has come to. */
async function speak(client: FrameClient, { recognizer }: ScriptedServer) {
  const before = takenBy(recognizer);
  client.send(AUDIO);
  await until(() => takenBy(recognizer) > before);
  const stream = recognizer.streams.at(-1);
  if (stream === undefined) throw new Error('no audio has come');
  return stream;
}

function takenBy({ streams }: ScriptedServer['recognizer']): number {
  return streams.reduce((sum, { pushed }) => sum + pushed.length, 0);
}

interface Segment {
  readonly start: string;
  readonly end: string;
  readonly text: string;
  readonly completed: boolean;
  readonly words?: unknown;
}

function segmentsIn({ segments }: Frame): readonly Segment[] {
  return segments as readonly Segment[];
}

function listsOf({ frames }: FrameClient): readonly (readonly Segment[])[] {
  return frames.filter(({ segments }) => segments !== undefined).map(segmentsIn);
}

function textsOf(client: FrameClient): readonly (readonly string[])[] {
  return listsOf(client).map((list) => list.map(({ text }) => text));
}

function lastOf(client: FrameClient): Segment {
  const last = listsOf(client).at(-1)?.at(-1);
  if (last === undefined) throw new Error('there is no segment yet');
  return last;
}

/** What holds for every list of segments. */
function checkSegments(client: FrameClient): void {
  const completed = new Map<string, string>();
  for (const frame of client.frames.filter(({ segments }) => segments !== undefined)) {
    expect(Object.keys(frame)).toEqual(['uid', 'segments']);
    const list = segmentsIn(frame);
    expect(list).not.toEqual([]);
    list.forEach((segment, index) => {
      expect(segment.start).toMatch(/^\d+\.\d{3}$/);
      expect(segment.end).toMatch(/^\d+\.\d{3}$/);
      expect(segment.completed || index === list.length - 1).toBe(true);
      if (!segment.completed) return;
      const written = JSON.stringify(segment);
      expect(completed.get(segment.start) ?? written).toBe(written);
      completed.set(segment.start, written);
    });
  }
}
