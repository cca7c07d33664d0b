import { request as send, type ClientRequest, type IncomingMessage } from 'node:http';
import OpenAI, { toFile } from 'openai';
import { describe, expect, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { clipFile, ended, inspect, listed, submit } from '../support/upload.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';

const BOUNDARY = 'a-boundary-of-the-test';

/** A recording of silence, or nearly so. */
function recording(seconds: number): Buffer<ArrayBuffer> {
  return waveFile(SPEECH_WAVE, Buffer.alloc(seconds * 32_000, 1));
}

/** Sends a recording whose text is awaited. */
async function transcribe({ url }: ScriptedServer, seconds: number, fields: object = {}) {
  const { transcriptions } = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 }).audio;
  const file = await toFile(recording(seconds), 'audio.wav');
  return transcriptions.create({ file, model: 'whisper-1', ...fields }).withResponse();
}

describe('a recording whose text somebody waits for', () => {
  test('begins at once if it is short, however many others are running, and is heard as live speech', async () => {
    const server = await startScriptedServer({ transcriptionsAtATime: '1' });
    const { recognizer, url } = server;
    let end = (): void => undefined;
    recognizer.flushGate = new Promise<void>((resolve) => (end = resolve));
    const { id } = await submit(url, await clipFile());
    await until(() => recognizer.streams.length === 1);
    recognizer.flushGate = undefined;
    const { data } = await transcribe(server, 2);
    expect(data.text).toMatch(/^heard/);
    expect(recognizer.streams.map(({ options }) => options.priority)).toEqual(['background', 'live']);
    expect((await inspect(url, id)).status).toBe('running');
    end();
    await ended(url, id);
  });

  test('waits behind live speech if that would come late, or if it is long', async () => {
    const server = await startScriptedServer();
    const { recognizer } = server;
    await transcribe(server, 31);
    recognizer.admissionIs = { admitted: false, reason: 'finals-late' };
    await transcribe(server, 2);
    expect(recognizer.streams.map(({ options }) => options.priority)).toEqual(['background', 'background']);
  });

  test('is cancelled when its sender leaves', async () => {
    const server = await startScriptedServer();
    const { recognizer } = server;
    recognizer.flushGate = new Promise<void>(() => undefined);
    const sent = sendForm(server, formOf([['file', recording(1)]]));
    await until(() => recognizer.streams.length === 1);
    sent.destroy();
    await until(() => recognizer.streams[0]?.isClosed() === true);
    await until(async () => (await listed(server.url)).length === 0);
  });

  test('is refused for a while where there is no room', async () => {
    const server = await startScriptedServer({ maxTranscriptionJobs: '1' });
    server.recognizer.flushGate = new Promise<void>(() => undefined);
    await submit(server.url, await clipFile());
    const { status, headers, body } = await answerTo(sendForm(server, formOf([['file', recording(1)]])));
    expect([status, headers['retry-after']]).toEqual([503, '30']);
    expect(body).toMatchObject({ error: { type: 'server_error', code: 'too_many_transcriptions' } });
  });

  test('has a record that says for which service its client was written, and what was not done', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const fields = {
      prompt: 'This is a talk between a doctor and her patient about pain.',
      include: ['logprobs'],
    };
    const { response } = await transcribe(server, 1, { ...fields, unheard_of: 'Jane Doe' });
    const id = response.headers.get('x-request-id') ?? '';
    const record = (await (await fetch(`${server.url}/api/v1/sessions/${id}`)).json()) as object;
    const asked = {
      service: 'openai',
      model: 'whisper-1',
      warnings: [
        { parameter: 'prompt', reason: expect.any(String) as string },
        { parameter: 'include', reason: expect.any(String) as string },
        { parameter: 'unheard_of', reason: 'not known' },
      ],
    };
    expect(record).toMatchObject({ kind: 'upload', settings: { asked } });
    const header = response.headers.get('auscult-warnings') ?? '';
    expect(header).toMatch(/^prompt: .*; include: .*; unheard_of: not known$/);
    expect(header + server.log()).not.toMatch(/Jane|pain/);
  });
});

describe('a form', () => {
  test('may have its parts in any order, and names with and without brackets', async () => {
    const server = await startScriptedServer();
    const parts: Part[] = [
      ['keywords[]', 'metoprolol'],
      ['chunking_strategy[type]', 'server_vad'],
      ['chunking_strategy[threshold]', '0.5'],
      ['file', recording(1)],
      ['keywords', 'Okonkwo'],
      ['languages[]', 'en'],
      ['timestamp_granularities', 'word'],
      ['response_format', 'verbose_json'],
      ['prompt', 'lisinopril, HbA1c'],
      ['temperature', '0'],
    ];
    for (const order of [parts, [...parts].reverse()]) {
      const { status, headers, body } = await answerTo(sendForm(server, formOf(order)));
      expect([status, headers['auscult-warnings']]).toEqual([200, undefined]);
      expect(body).toMatchObject({ words: [{ word: 'heard' }, {}] });
    }
    for (const { options } of server.recognizer.streams)
      expect(JSON.stringify(options.keyTerms)).toMatch(/metoprolol.*Okonkwo.*lisinopril|Okonkwo.*metoprolol/);
  });

  test('may come without a length, and its file without a name or a type', async () => {
    const server = await startScriptedServer();
    const form = formOf([
      ['model', 'whisper-1'],
      ['file', recording(1)],
    ]);
    for (const whole of [
      form,
      Buffer.from(form.toString('latin1').replace(/; filename="[^"]*"/u, ''), 'latin1'),
    ]) {
      const { status, body } = await answerTo(sendForm(server, whole, {}));
      expect([status, body]).toEqual([200, expect.objectContaining({ text: expect.any(String) as string })]);
    }
  });

  test.each<[string, Part[], object]>([
    ['without a file', [['model', 'whisper-1']], { param: 'file' }],
    [
      'with two files',
      [
        ['file', recording(1)],
        ['file', recording(1)],
      ],
      { param: 'file' },
    ],
    ['with a file under another name', [['audio', recording(1)]], { param: 'file' }],
    ['with a field that is too long', [['prompt', 'x'.repeat(1_100_000)]], { param: 'prompt' }],
    [
      'with a key term that is too long',
      [
        ['keywords[]', 'x'.repeat(101)],
        ['file', recording(1)],
      ],
      { param: 'keywords.0' },
    ],
  ])('%s is refused', async (_name, parts, error) => {
    const server = await startScriptedServer();
    const { status, body } = await answerTo(sendForm(server, formOf(parts)));
    expect([status, body]).toMatchObject([400, { error: { type: 'invalid_request_error', ...error } }]);
  });

  test('must be one', async () => {
    const { url } = await startScriptedServer();
    const response = await fetch(`${url}/v1/audio/transcriptions`, { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'form_expected', param: null } },
    ]);
  });
});

type Part = [name: string, content: string | Buffer];

function formOf(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(([name, content]) => {
    const file = typeof content === 'string' ? '' : '; filename="visit.wav"\r\nContent-Type: audio/wav';
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')];
  });
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** Sends a form as programs do that write it themselves; without `headers`, with its length. */
function sendForm(
  { url }: ScriptedServer,
  form: Buffer,
  headers: Record<string, string> = { 'content-length': String(form.length) },
): ClientRequest {
  const sent = send(`${url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
  });
  sent.on('error', () => undefined);
  sent.write(form);
  sent.end();
  return sent;
}

async function answerTo(sent: ClientRequest) {
  const response = await new Promise<IncomingMessage>((resolve) => sent.once('response', resolve));
  let text = '';
  for await (const piece of response as AsyncIterable<Buffer>) text += piece.toString();
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(text) as object };
}
