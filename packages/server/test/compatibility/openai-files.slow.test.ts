import { BadRequestError, toFile } from 'openai';
import { describe, expect, test } from 'vitest';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { clipFile, listed } from '../support/upload.js';
import { clientOf, order } from './openai-client.js';

describe('a recording sent by the SDK of OpenAI', () => {
  test('is answered with segments and words, all of whose fields are there', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const verbose = await clientOf(server).audio.transcriptions.create({
      ...(await order()),
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
      ...(await order()),
      response_format: 'verbose_json',
      timestamp_granularities: ['word'],
    });
    expect(Object.keys(words)).not.toContain('segments');
  });

  test('comes as text and as subtitles', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const { transcriptions } = clientOf(server).audio;
    const wanted = await order();
    expect(await transcriptions.create({ ...wanted, response_format: 'text' })).toBe('No chest pain.\n');
    expect(await transcriptions.create({ ...wanted, response_format: 'srt' })).toMatch(
      /^1\n00:00:00,000 --> 00:00:\d\d,\d{3}\nNo chest pain\.\n\n$/,
    );
    expect(await transcriptions.create({ ...wanted, response_format: 'vtt' })).toMatch(/^WEBVTT\n\n00:/);
  });

  test('without speech has an empty text', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = '';
    const { transcriptions } = clientOf(server).audio;
    const wanted = await order();
    expect(await transcriptions.create(wanted)).toMatchObject({ text: '' });
    expect(await transcriptions.create({ ...wanted, response_format: 'verbose_json' })).toMatchObject({
      text: '',
      segments: [],
    });
    expect(await transcriptions.create({ ...wanted, response_format: 'srt' })).toBe('\n');
  });

  test('that is cut off is answered as far as it goes, with a warning', async () => {
    const server = await startScriptedServer();
    const whole = await clipFile();
    const file = await toFile(whole.slice(0, whole.size / 2), 'audio.flac');
    const { data, response } = await clientOf(server)
      .audio.transcriptions.create({ file, model: 'whisper-1' })
      .withResponse();
    expect(data.text).toMatch(/^heard/);
    expect(response.headers.get('auscult-warnings')).toMatch(/^file: it is cut off/);
  });

  test('is translated by a model that can', async () => {
    const server = await startScriptedServer();
    Object.assign(server.recognizer.model, { tasks: ['transcribe', 'translate'] });
    const answer = await clientOf(server).audio.translations.create({
      ...(await order()),
      response_format: 'verbose_json',
    });
    expect(answer).toMatchObject({ task: 'translate', language: 'english' });
    expect(server.recognizer.streams[0]?.options.task).toBe('translate');
  });

  test('is taken only where the setting names the service', async () => {
    const server = await startScriptedServer({ compatibility: 'deepgram' });
    const sent = clientOf(server).audio.transcriptions.create(await order());
    await expect(sent).rejects.toMatchObject({ status: 404 });
    expect((await clientOf(server).models.list()).data).toHaveLength(2);
  });
});

describe('streaming', () => {
  test('gives one delta where dictation may take text back', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const fields: object = { dictationCommands: 'on' };
    const stream = await clientOf(server).audio.transcriptions.create({
      ...(await order()),
      ...fields,
      stream: true,
    });
    const events: object[] = [];
    for await (const event of stream) events.push(event);
    expect(events).toEqual([
      { type: 'transcript.text.delta', delta: 'No chest pain.' },
      { type: 'transcript.text.done', text: 'No chest pain.' },
    ]);
  });

  test('throws what fails after the first delta', async () => {
    const server = await startScriptedServer();
    const { recognizer } = server;
    let fail: ((error: Error) => void) | undefined;
    recognizer.flushGate = new Promise<void>((_resolve, reject) => (fail = reject));
    recognizer.flushGate.catch(() => undefined);
    const stream = clientOf(server).audio.transcriptions.create({ ...(await order()), stream: true });
    await until(() => (recognizer.streams[0]?.pushed.length ?? 0) > 0);
    recognizer.streams[0]?.final('No chest pain.');
    const read = async (): Promise<void> => {
      for await (const event of await stream) {
        expect(event).toMatchObject({ delta: 'No chest pain.' });
        fail?.(new Error('a fault that is injected'));
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'internal_error', type: 'server_error' });
  });

  test('that the client leaves cancels the transcription', async () => {
    const server = await startScriptedServer();
    const { recognizer } = server;
    recognizer.flushGate = new Promise<void>(() => undefined);
    const stream = clientOf(server).audio.transcriptions.create({ ...(await order()), stream: true });
    await until(() => (recognizer.streams[0]?.pushed.length ?? 0) > 0);
    recognizer.streams[0]?.final('No chest pain.');
    for await (const event of await stream) {
      expect(event).toMatchObject({ delta: 'No chest pain.' });
      break;
    }
    await until(() => recognizer.streams[0]?.isClosed() === true);
    await until(async () => (await listed(server.url)).length === 0);
  });
});

describe('what is wrong', () => {
  const mistakes: [string, object, object][] = [
    [
      'a language that the model does not know',
      { language: 'fr' },
      { param: 'language', code: 'unsupported_language' },
    ],
    [
      'a format that there is not',
      { response_format: 'speakers_json' },
      { param: 'response_format', code: 'invalid_request' },
    ],
    ['a stream of subtitles', { stream: true, response_format: 'srt' }, { param: 'stream' }],
    [
      'nobody in a format of speakers',
      { response_format: 'diarized_json', speakers: 'off' },
      { param: 'speakers' },
    ],
    ['more speakers than there may be', { speakers: 5 }, { param: 'speakers' }],
    ['more hearings than there may be', { hearings: 5 }, { param: 'hearings' }],
  ];
  test.each(mistakes)('%s: BadRequestError', async (_name, fields, error) => {
    const server = await startScriptedServer();
    const sent = clientOf(server).audio.transcriptions.create({
      ...(await order()),
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
    const sent = clientOf(server).audio.translations.create(await order());
    await expect(sent).rejects.toMatchObject({ status: 400, param: 'model', code: 'unsupported_task' });
  });

  test('what is not offered says so', async () => {
    const server = await startScriptedServer();
    const asked = clientOf(server).audio.speech.create({ input: 'x', voice: 'alloy', model: 'tts-1' });
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'not_offered' });
  });
});
