import OpenAI, { AuthenticationError, BadRequestError, NotFoundError, toFile } from 'openai';
import { describe, expect, test } from 'vitest';
import { bearer, startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { clipFile, listed } from '../support/upload.js';

/** A client of OpenAI as programs make it: with another base URL and key, and nothing else. */
function clientOf({ url }: Pick<ScriptedServer, 'url'>, apiKey = 'any'): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

async function clip(path?: string) {
  return toFile(await clipFile(path), 'audio.wav');
}

describe('a recording sent by the SDK of OpenAI', () => {
  test('is answered with its text and its length', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const client = clientOf(server);
    const { data, response } = await client.audio.transcriptions
      .create({ file: await clip(), model: 'whisper-1' })
      .withResponse();
    expect(data).toEqual({
      text: 'No chest pain.',
      usage: { type: 'duration', seconds: expect.any(Number) as number },
    });
    expect(response.headers.get('auscult-model')).toBe('scripted');
    expect(response.headers.get('auscult-warnings')).toBeNull();
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(await listed(server.url)).toEqual([]);
  });

  test('is answered with segments and words, all of whose fields are there', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const verbose = await clientOf(server).audio.transcriptions.create({
      file: await clip(),
      model: 'whisper-1',
      response_format: 'verbose_json',
      timestamp_granularities: ['segment', 'word'],
    });
    const seconds = expect.any(Number) as number;
    expect(verbose).toEqual({
      task: 'transcribe',
      language: 'english',
      duration: seconds,
      text: 'No chest pain.',
      segments: [
        {
          id: 0,
          seek: 0,
          start: 0,
          end: seconds,
          text: ' No chest pain.',
          tokens: [],
          temperature: 0,
          avg_logprob: -0.105,
          compression_ratio: seconds,
          no_speech_prob: 0,
        },
      ],
      words: [
        { word: 'No', start: 0, end: seconds },
        { word: 'chest', start: 0, end: seconds },
        { word: 'pain', start: 0, end: seconds },
      ],
      usage: { type: 'duration', seconds },
    });
    const words = await clientOf(server).audio.transcriptions.create({
      file: await clip(),
      model: 'whisper-1',
      response_format: 'verbose_json',
      timestamp_granularities: ['word'],
    });
    expect(Object.keys(words)).not.toContain('segments');
  });

  test('comes as text and as subtitles', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const { transcriptions } = clientOf(server).audio;
    const file = await clip();
    const order = { file, model: 'whisper-1' };
    expect(await transcriptions.create({ ...order, response_format: 'text' })).toBe('No chest pain.\n');
    expect(await transcriptions.create({ ...order, response_format: 'srt' })).toMatch(
      /^1\n00:00:00,000 --> 00:00:\d\d,\d{3}\nNo chest pain\.\n\n$/,
    );
    expect(await transcriptions.create({ ...order, response_format: 'vtt' })).toMatch(/^WEBVTT\n\n00:/);
  });

  test('without speech has an empty text', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = '';
    const { transcriptions } = clientOf(server).audio;
    const order = { file: await clip(), model: 'whisper-1' };
    expect(await transcriptions.create(order)).toMatchObject({ text: '' });
    expect(await transcriptions.create({ ...order, response_format: 'verbose_json' })).toMatchObject({
      text: '',
      segments: [],
    });
    expect(await transcriptions.create({ ...order, response_format: 'srt' })).toBe('\n');
  });
});

describe('streaming', () => {
  test('gives a delta for each segment, and the whole text once', async () => {
    const server = await startScriptedServer();
    let release = (): void => undefined;
    server.recognizer.flushGate = new Promise<void>((resolve) => (release = resolve));
    server.recognizer.says = 'Lungs clear.';
    const events = await streamOf(server, async (stream) => {
      await until(() => server.recognizer.streams.at(-1)?.pushed.length !== 0);
      server.recognizer.streams.at(-1)?.final('No chest pain.');
      release();
      return stream;
    });
    const deltas = events.filter(({ type }) => type === 'transcript.text.delta');
    const done = events.filter(({ type }) => type === 'transcript.text.done');
    expect(deltas.map((event) => 'delta' in event && event.delta)).toContain('No chest pain.');
    expect(done).toEqual([
      {
        type: 'transcript.text.done',
        text: deltas.map((event) => ('delta' in event ? event.delta : '')).join(''),
      },
    ]);
  });
});

async function streamOf(
  server: ScriptedServer,
  during: <Stream>(stream: Promise<Stream>) => Promise<Stream>,
) {
  const asked = clientOf(server).audio.transcriptions.create({
    file: await clip(),
    model: 'gpt-4o-transcribe',
    stream: true,
  });
  const events = [];
  for await (const event of await during(asked)) events.push(event);
  return events;
}

describe('what is wrong', () => {
  test('with the key: AuthenticationError', async () => {
    const server = await startGuardedServer();
    const wrong = clientOf(server, 'ausk_nobody').audio.transcriptions.create({
      file: await clip(),
      model: 'whisper-1',
    });
    await expect(wrong).rejects.toBeInstanceOf(AuthenticationError);
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    const key = await server.keyOf('clinician');
    const right = await clientOf(server, key).audio.transcriptions.create({
      file: await clip(),
      model: 'whisper-1',
    });
    expect(right.text).toMatch(/^heard/);
    expect((await server.audited()).map(({ action }) => action)).toContain('record.read');
    expect(bearer(key)).toBeDefined();
  });

  const mistakes: [string, object, object][] = [
    [
      'a language that the model does not know',
      { language: 'fr' },
      { param: 'language', code: 'unsupported_language' },
    ],
    [
      'a format that there is not',
      { response_format: 'diarized_json' },
      { param: 'response_format', code: 'invalid_request' },
    ],
    ['a stream of subtitles', { stream: true, response_format: 'srt' }, { param: 'stream' }],
    ['more hearings than there may be', { hearings: 5 }, { param: 'hearings' }],
  ];
  test.each(mistakes)('%s: BadRequestError', async (_name, fields, error) => {
    const server = await startScriptedServer();
    const sent = clientOf(server).audio.transcriptions.create({
      file: await clip(),
      model: 'whisper-1',
      ...fields,
    });
    await expect(sent).rejects.toBeInstanceOf(BadRequestError);
    await expect(sent).rejects.toMatchObject({ status: 400, type: 'invalid_request_error', ...error });
  });

  test('what is no recording: BadRequestError', async () => {
    const server = await startScriptedServer();
    const file = await toFile(Buffer.from('The patient reports chest pain.'.repeat(100)), 'visit.wav');
    const sent = clientOf(server).audio.transcriptions.create({ file, model: 'whisper-1' });
    await expect(sent).rejects.toBeInstanceOf(BadRequestError);
    await expect(sent).rejects.toMatchObject({ param: 'file', code: 'unsupported_audio' });
  });

  test('a translation by a model that cannot', async () => {
    const server = await startScriptedServer();
    const sent = clientOf(server).audio.translations.create({ file: await clip(), model: 'whisper-1' });
    await expect(sent).rejects.toMatchObject({ status: 400, param: 'model', code: 'unsupported_task' });
  });

  test('a base URL without /v1 says so', async () => {
    const { url } = await startScriptedServer();
    const client = new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 });
    const sent = client.audio.transcriptions.create({ file: await clip(), model: 'whisper-1' });
    await expect(sent).rejects.toBeInstanceOf(NotFoundError);
    await expect(sent).rejects.toThrow('/v1');
    await expect(client.models.list()).rejects.toThrow('/v1');
  });

  test('what is not offered says so', async () => {
    const server = await startScriptedServer();
    const asked = clientOf(server).audio.speech.create({ input: 'x', voice: 'alloy', model: 'tts-1' });
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'not_offered' });
  });
});

test('the models are the one that runs, and the usual name', async () => {
  const server = await startScriptedServer();
  const client = clientOf(server);
  const ids = [];
  for await (const { id } of client.models.list()) ids.push(id);
  expect(ids).toEqual(['scripted', 'whisper-1']);
  expect(await client.models.retrieve('whisper-1')).toMatchObject({ object: 'model', owned_by: 'auscult' });
  await expect(client.models.retrieve('gpt-4o')).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
});
