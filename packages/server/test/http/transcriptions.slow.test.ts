import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { waveFile } from '../support/wave.js';
import { openPathsUnder } from '../support/open-files.js';
import { listenOnly, startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import {
  clipFile,
  ended,
  FORM_TAIL,
  formHead,
  formOf,
  inspect,
  listed,
  post,
  rawUpload,
  remove,
  result,
  submit,
} from '../support/upload.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const ALL_FIELDS =
  'the fields file, words, language, task, writtenForm, dictationCommands, lexicon, speakers, hearings, keyterms';
const NO_SAMPLES = waveFile({ tag: 1, bits: 16, sampleRate: 8000, channels: 1 }, Buffer.alloc(0));

describe('a recording', () => {
  test('is transcribed in the background, in the language of the form, with settings that suit recordings', async () => {
    const { url, recognizer } = await startScriptedServer({ endpointingMs: '300' });
    const { id } = await submit(url, await clipFile(), { language: 'en-GB' });
    await ended(url, id);
    expect(recognizer.streams[0]?.options).toMatchObject({
      language: 'en-GB',
      task: 'transcribe',
      priority: 'background',
      endpointingMs: 700,
    });
  });

  test('is heard as often as the form or the settings say, each time with another endpointing', async () => {
    const { url, recognizer } = await startScriptedServer({ hearings: '2' });
    const { id } = await submit(url, await clipFile(), { hearings: '3' });
    expect(await ended(url, id)).toMatchObject({ status: 'done', progress: 1 });
    const pauses = recognizer.streams.map(({ options }) => options.endpointingMs);
    expect(new Set(pauses).size).toBe(3);
    const { text } = (await (await result(url, id)).json()) as { text: string };
    expect(text).toMatch(/^heard \d+$/);
    await ended(url, (await submit(url, await clipFile())).id);
    expect(recognizer.streams).toHaveLength(5);
  });

  test('is given up with all its hearings when one of them fails', async () => {
    const { url, recognizer } = await startScriptedServer({ hearings: '4' });
    const fault = Promise.reject(new Error('a fault that is injected'));
    fault.catch(() => undefined);
    const never = new Promise<void>(() => undefined);
    Object.defineProperty(recognizer, 'flushGate', {
      get: () => (recognizer.streams.length === 2 ? fault : never),
    });
    const { id } = await submit(url, await clipFile());
    expect(await ended(url, id)).toMatchObject({ status: 'failed', error: { code: 'internal_error' } });
    expect(recognizer.streams.map((stream) => stream.isClosed())).toEqual([true, true, true, true]);
  });

  test('of eight channels of floats at 96 kHz is taken', async () => {
    const { url } = await startScriptedServer();
    const second = Float32Array.from({ length: 8 * 96_000 }, (_, i) => 0.2 * Math.sin(i / 300));
    const wave = waveFile({ tag: 3, bits: 32, sampleRate: 96_000, channels: 8 }, Buffer.from(second.buffer));
    const { id, audioSeconds } = await submit(url, new Blob([wave]));
    expect(audioSeconds).toBe(1);
    expect(await ended(url, id)).toMatchObject({ status: 'done', audioSeconds: 1 });
  });

  test('that is cut is transcribed as far as it goes, and marked as damaged', async () => {
    const { url } = await startScriptedServer();
    const whole = await clipFile();
    const { id } = await submit(url, whole.slice(0, whole.size / 2));
    expect(await ended(url, id)).toMatchObject({ status: 'done', damaged: true });
  });

  test('of an hour, which is 230 MB of samples, is transcribed in bounded memory', async () => {
    const { url, recognizer } = await startScriptedServer();
    recognizer.keepsAudio = false;
    const seconds = 3600;
    const header = waveFile(
      { tag: 7, bits: 8, sampleRate: 8000, channels: 1 },
      Buffer.alloc(0),
      seconds * 8000,
    );
    const silence = Buffer.alloc(800_000, 0xff);
    const upload = rawUpload(url, { 'transfer-encoding': 'chunked' });
    let peak = 0;
    const before = bufferBytes();
    const watch = setInterval(() => (peak = Math.max(peak, bufferBytes() - before)), 20);
    upload.request.write(formHead());
    upload.request.write(header);
    for (let sent = 0; sent < seconds * 8000; sent += silence.length)
      if (!upload.request.write(silence)) await once(upload.request, 'drain');
    upload.request.end(FORM_TAIL);
    const { status, body } = await upload.answered;
    expect(status).toBe(202);
    const { id } = body as { id: string };
    expect(await ended(url, id)).toMatchObject({ status: 'done', audioSeconds: seconds });
    clearInterval(watch);
    expect(peak).toBeLessThan(150e6);
  }, 240_000);

  test('longer than allowed is refused', async () => {
    const server = await startScriptedServer({ maxRecordingMinutes: '1' });
    const minutes = Buffer.alloc(8000 * 61, 0xff);
    const wave = waveFile({ tag: 7, bits: 8, sampleRate: 8000, channels: 1 }, minutes);
    const response = await post(server.url, formOf(new Blob([wave])));
    expect([response.status, await response.json()]).toMatchObject([
      413,
      { error: { code: 'recording_too_long', limit: 'at most 1 minutes' } },
    ]);
    await expectNothingLeft(server);
  });

  test.skipIf(!hasFfmpeg)('that turns out too long while it is decoded is given up', async () => {
    const server = await startScriptedServer({ maxRecordingMinutes: '0.02' });
    const { id, audioSeconds } = await submit(server.url, await clipFile('containers/speech.m4a'));
    expect(audioSeconds).toBeUndefined();
    expect(await ended(server.url, id)).toMatchObject({
      status: 'failed',
      error: { code: 'recording_too_long', limit: 'at most 0.02 minutes' },
    });
    await expectNothingOpen(server);
  });

  test.skipIf(!hasFfmpeg)(
    'in MP4, as telephones make it, is accepted where ffmpeg is installed',
    async () => {
      const { url } = await startScriptedServer();
      const { id } = await submit(url, await clipFile('containers/speech.m4a'));
      expect(await ended(url, id)).toMatchObject({ status: 'done', progress: 1, damaged: false });
    },
  );
});

test('an unreadable recording is refused with what it lacks', async () => {
  const { url } = await startScriptedServer();
  const response = await post(url, formOf((await clipFile('containers/speech.m4a')).slice(0, 8000)));
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect([response.status, error.code]).toEqual([422, 'unreadable_audio']);
  expect(error.message).toMatch(
    /^file: The recording looks like MP4, but is cut off before its index.* Copy it again/,
  );
});

describe('a wrong form is refused with its fault, and leaves nothing', () => {
  const cases: [string, () => Promise<FormData | string>, number, object][] = [
    ['no form', () => Promise.resolve('{}'), 415, { code: 'form_expected' }],
    [
      'no file',
      () => Promise.resolve(fields({ language: 'en' })),
      400,
      { code: 'invalid_request', field: 'file', limit: 'one file' },
    ],
    [
      'an empty form',
      () => Promise.resolve(fields({})),
      400,
      { code: 'invalid_request', field: 'file', limit: 'one file' },
    ],
    [
      'a field in place of the file',
      () => Promise.resolve(fields({ file: 'visit.wav' })),
      400,
      { code: 'invalid_request', field: 'file', limit: 'one file' },
    ],
    [
      'a file of zero length',
      () => Promise.resolve(formOf(new Blob([]))),
      422,
      { code: 'unreadable_audio', field: 'file' },
    ],
    [
      'a recording without samples',
      () => Promise.resolve(formOf(new Blob([NO_SAMPLES]))),
      422,
      { code: 'unreadable_audio', field: 'file' },
    ],
    [
      'what is no audio',
      () => Promise.resolve(formOf(new Blob(['The patient reports chest pain.'.repeat(100)]))),
      415,
      { code: 'unsupported_audio', field: 'file' },
    ],
    [
      'a task that is not known',
      async () => formOf(await clipFile(), { task: 'summarise' }),
      400,
      { code: 'invalid_request', field: 'task', limit: 'one of "transcribe", "translate"' },
    ],
    [
      'a task that the model cannot do',
      async () => formOf(await clipFile(), { task: 'translate' }),
      400,
      { code: 'unsupported_task', field: 'task', limit: 'one of transcribe' },
    ],
    [
      'a language that the model does not know',
      async () => formOf(await clipFile(), { language: 'fr' }),
      400,
      { code: 'unsupported_language', field: 'language', limit: 'one of en' },
    ],
    [
      'a language that is none',
      async () => formOf(await clipFile(), { language: 'x' }),
      400,
      { code: 'invalid_request', field: 'language', limit: 'text of 2 to 35 characters' },
    ],
    [
      'words that are neither true nor false',
      async () => formOf(await clipFile(), { words: 'yes' }),
      400,
      { code: 'invalid_request', field: 'words', limit: 'one of "true", "false"' },
    ],
    [
      'more hearings than there may be',
      async () => formOf(await clipFile(), { hearings: '5' }),
      400,
      { code: 'invalid_request', field: 'hearings', limit: 'one of "1", "2", "3", "4"' },
    ],
    [
      'a field that is not known',
      async () => formOf(await clipFile(), { secret: 'words' }),
      400,
      { code: 'invalid_request', limit: ALL_FIELDS },
    ],
    [
      'a field twice',
      async () => twice('task'),
      400,
      { code: 'invalid_request', field: 'task', limit: 'one value' },
    ],
    [
      'two files',
      async () => twice('file'),
      400,
      { code: 'invalid_request', field: 'file', limit: 'one file' },
    ],
    [
      'a file under another name',
      async () => renamed('audio'),
      400,
      { code: 'invalid_request', field: 'file', limit: 'one file' },
    ],
    [
      'a prototype for a field',
      async () => formOf(await clipFile(), { constructor: '1' }),
      400,
      { code: 'invalid_request', limit: ALL_FIELDS },
    ],
  ];
  test('whatever it is, and hinders no other', { timeout: 240_000 }, async () => {
    const server = await startScriptedServer();
    for (const [name, form, status, error] of cases) {
      const response = await post(server.url, await form());
      const body = await response.json();
      expect([name, response.status, body]).toMatchObject([name, status, { error }]);
      expect(Object.keys((body as { error: object }).error).sort(), name).toEqual(
        ['code', 'message', 'retryable', ...Object.keys(error).filter((key) => key !== 'code')].sort(),
      );
      expect(JSON.stringify(body)).not.toMatch(/secret|Jane|chest pain/);
      await expectNothingLeft(server);
    }
    await expectWorking(server);
  });

  test('a body that does not match its form headers', async () => {
    const server = await startScriptedServer();
    const response = await post(server.url, 'no boundary anywhere', {
      'content-type': 'multipart/form-data; boundary=x',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'broken_upload', retryable: true } });
    const without = await post(server.url, 'x', { 'content-type': 'multipart/form-data' });
    expect(await without.json()).toMatchObject({ error: { code: 'broken_upload' } });
    await expectNothingLeft(server);
  });
});

describe('an upload', () => {
  test('that is cut in the middle leaves nothing', async () => {
    const server = await startScriptedServer();
    const upload = rawUpload(server.url, { 'content-length': '10000000' });
    upload.request.write(formHead());
    upload.request.write(Buffer.alloc(1_000_000, 0x55));
    await until(async () => (await openPathsUnder(server.spoolDirectory)).length === 1);
    upload.request.destroy();
    await until(async () => (await openPathsUnder(server.spoolDirectory)).length === 0);
    await expectNothingLeft(server);
    await expectWorking(server);
  });

  test('that ends before its form does leaves nothing', async () => {
    const server = await startScriptedServer();
    const upload = rawUpload(server.url, { 'transfer-encoding': 'chunked' });
    upload.request.write(formHead());
    upload.request.end(Buffer.alloc(100_000, 0x55));
    expect(await upload.answered).toMatchObject({ status: 400, body: { error: { code: 'broken_upload' } } });
    await expectNothingLeft(server);
  });

  test('that is too large is refused at once if it declares its size, and at the limit if not', async () => {
    const server = await startScriptedServer({ maxUploadBytes: '100000' });
    const tooLarge = {
      status: 413,
      body: { error: { code: 'upload_too_large', field: 'file', limit: 'at most 100000 bytes' } },
    };
    const announced = rawUpload(server.url, { 'content-length': '50000000000' });
    announced.request.write(formHead());
    expect(await announced.answered).toMatchObject(tooLarge);

    const endless = rawUpload(server.url, { 'transfer-encoding': 'chunked' });
    endless.request.write(formHead());
    for (let sent = 0; sent < 20; sent++) endless.request.write(Buffer.alloc(10_000));
    expect(await endless.answered).toMatchObject(tooLarge);
    endless.request.destroy();
    announced.request.destroy();
    await expectNothingLeft(server);
    await expectWorking(server);
  });

  test('that falls silent is ended', async () => {
    const server = await startScriptedServer({ idleTimeoutSeconds: '1' });
    const upload = rawUpload(server.url, { 'content-length': '10000000' });
    upload.request.write(formHead());
    upload.request.write(Buffer.alloc(100_000, 0x55));
    expect(await upload.answered).toMatchObject({ status: 408, body: { error: { code: 'idle_timeout' } } });
    await expectNothingLeft(server);
  });

  test('that cannot be written to disk is refused', async () => {
    const server = await startScriptedServer({ spoolDirectory: '/dev/null/spool' });
    const response = await post(server.url, formOf(await clipFile()));
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: 'internal_error' } });
    expect(server.log()).toContain('unexpected error');
  });

  test('from a page of a foreign origin is refused', async () => {
    const { url } = await startScriptedServer();
    const response = await post(url, formOf(await clipFile()), { origin: 'https://evil.example' });
    expect(response.status).toBe(403);
    expect(await listed(url)).toEqual([]);
    const own = await post(url, formOf(await clipFile()), { origin: 'http://localhost:3000' });
    expect(own.status).toBe(202);
  });

  test('before the recognizer is warm is refused until later', async () => {
    const { url } = await listenOnly();
    const response = await post(url, formOf(await clipFile()));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ error: { code: 'not_ready', retryable: true } });
  });
});

describe('transcriptions', () => {
  test('wait for their turn, up to a limit, and can be cancelled while they wait or run', async () => {
    const server = await startScriptedServer({ maxTranscriptionJobs: '3', transcriptionsAtATime: '1' });
    const { url, recognizer } = server;
    const open = holdFlush(server);
    const [first, second, third] = [
      await submit(url, await clipFile()),
      await submit(url, await clipFile()),
      await submit(url, await clipFile()),
    ];
    await until(async () => (await inspect(url, first.id)).progress > 0 || recognizer.streams.length === 1);
    expect((await listed(url)).map(({ status }) => status)).toEqual(['queued', 'queued', 'running']);
    const refused = await post(url, formOf(await clipFile()));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refused.json()).toMatchObject({
      error: { code: 'too_many_transcriptions', retryable: true },
    });

    const early = await result(url, second.id);
    expect(early.status).toBe(409);
    expect(early.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await early.json()).toMatchObject({ error: { code: 'transcription_not_done', retryable: true } });

    expect((await remove(url, second.id)).status).toBe(204);
    expect(await inspect(url, second.id)).toMatchObject({
      status: 'cancelled',
      error: { code: 'transcription_cancelled' },
    });
    expect((await remove(url, first.id)).status).toBe(204);
    expect(await ended(url, first.id)).toMatchObject({ status: 'cancelled' });
    expect(await (await result(url, first.id)).json()).toMatchObject({
      error: { code: 'transcription_cancelled' },
    });
    expect(recognizer.streams[0]?.isClosed()).toBe(true);
    open();
    expect(await ended(url, third.id)).toMatchObject({ status: 'done' });
    await until(async () => (await openPathsUnder(server.spoolDirectory)).length === 0);
    expect(await server.metrics()).toContain(
      'auscult_transcriptions_total{origin="upload",status="cancelled"} 2',
    );
  });

  test('whose recognition fails are reported as failed', async () => {
    const server = await startScriptedServer();
    const open = holdFlush(server);
    const { id } = await submit(server.url, await clipFile());
    await until(() => server.recognizer.streams.length === 1);
    server.recognizer.streams[0]?.lose(0, 1);
    open();
    expect(await ended(server.url, id)).toMatchObject({
      status: 'failed',
      error: { code: 'recognition_failed' },
    });
    const response = await result(server.url, id);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: { code: 'transcription_failed' } });
    await expectNothingOpen(server);
  });

  test('that fail unexpectedly are reported and logged without content', async () => {
    const server = await startScriptedServer();
    server.recognizer.pushError = new Error('secret words in a message');
    const { id } = await submit(server.url, await clipFile());
    expect(await ended(server.url, id)).toMatchObject({
      status: 'failed',
      error: { code: 'internal_error' },
    });
    expect(server.log()).toContain('unexpected error');
    expect(server.log()).not.toMatch(/secret words|Jane Doe/);
  });

  test('are forgotten after their time', async () => {
    const { url } = await startScriptedServer({ transcriptionRetentionMinutes: '0.02' });
    const { id } = await submit(url, await clipFile());
    await ended(url, id);
    await until(async () => (await listed(url)).length === 0);
    expect((await result(url, id)).status).toBe(404);
  });

  test.each([
    ['GET', '/nobody', 404, 'transcription_not_found'],
    ['GET', '/nobody/result', 404, 'transcription_not_found'],
    ['DELETE', '/nobody', 404, 'transcription_not_found'],
    ['GET', '/nobody/nothing', 404, 'not_found'],
    ['PUT', '', 404, 'not_found'],
  ])('that do not exist are not found: %s %s', async (method, path, status, code) => {
    const { url } = await startScriptedServer();
    const response = await fetch(`${url}/api/v1/transcriptions${path}`, { method });
    expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }]);
  });

  test('are refused in an unknown format', async () => {
    const { url } = await startScriptedServer();
    const { id } = await submit(url, await clipFile());
    await ended(url, id);
    const unknown = await result(url, id, '?format=docx');
    expect([unknown.status, await unknown.json()]).toMatchObject([
      400,
      { error: { code: 'invalid_request', field: 'format', limit: 'one of "text", "json", "srt", "vtt"' } },
    ]);
    const unwanted = await result(url, id, '', { accept: 'image/png' });
    expect([unwanted.status, await unwanted.json()]).toMatchObject([
      406,
      { error: { code: 'not_acceptable', field: 'Accept' } },
    ]);
  });
});

describe('a drain', () => {
  test('leaves waiting and running transcriptions for later, ends uploads and refuses new ones', async () => {
    const server = await startScriptedServer({ transcriptionsAtATime: '1' });
    const { app, url } = server;
    holdFlush(server);
    const running = await submit(url, await clipFile());
    const waiting = await submit(url, await clipFile());
    const upload = rawUpload(url, { 'content-length': '10000000' });
    upload.request.write(formHead());
    upload.request.write(Buffer.alloc(100_000, 0x55));
    await until(async () => (await openPathsUnder(server.spoolDirectory)).length === 2);

    expect(await app.drain()).toBe(true);
    for (const { id } of [running, waiting])
      expect(await inspect(url, id)).toMatchObject({ status: 'queued' });
    expect(await upload.answered).toMatchObject({ status: 503, body: { error: { code: 'draining' } } });
    const late = await post(url, formOf(await clipFile()));
    expect([late.status, await late.json()]).toMatchObject([503, { error: { code: 'draining' } }]);
    await expectNothingOpen(server);
  });
});

function fields(values: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  return form;
}

async function twice(name: 'task' | 'file'): Promise<FormData> {
  const form = formOf(await clipFile(), { task: 'transcribe' });
  if (name === 'task') form.append('task', 'transcribe');
  else form.append('file', await clipFile(), 'second.wav');
  return form;
}

async function renamed(name: string): Promise<FormData> {
  const form = new FormData();
  form.append(name, await clipFile(), 'visit.wav');
  return form;
}

/** Holds back the finals of every stream until the returned function is called. */
function holdFlush({ recognizer }: ScriptedServer): () => void {
  let open = (): void => undefined;
  recognizer.flushGate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    open();
  };
}

async function expectNothingOpen({ spoolDirectory }: ScriptedServer): Promise<void> {
  await until(async () => (await openPathsUnder(spoolDirectory)).length === 0);
}

async function expectNothingLeft(server: ScriptedServer): Promise<void> {
  await expectNothingOpen(server);
  expect(await listed(server.url)).toEqual([]);
}

async function expectWorking({ url }: ScriptedServer): Promise<void> {
  const { id } = await submit(url, await clipFile());
  expect(await ended(url, id)).toMatchObject({ status: 'done' });
}

function bufferBytes(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}
