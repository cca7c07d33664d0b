import { describe, expect, test } from 'vitest';
import { startScriptedServer } from '../support/scripted-server.js';
import { clipFile, submit } from '../support/upload.js';
import { answerTo, formOf, recording, sendForm, type Part } from './openai-form.js';

describe('a recording whose text somebody waits for', () => {
  test('waits behind live speech if that would come late, or if it is long', async () => {
    const server = await startScriptedServer();
    const { recognizer } = server;
    await answerTo(sendForm(server, formOf([['file', recording(31)]])));
    recognizer.admissionIs = { admitted: false, reason: 'finals-late' };
    await answerTo(sendForm(server, formOf([['file', recording(2)]])));
    expect(recognizer.streams.map(({ options }) => options.priority)).toEqual(['background', 'background']);
  });

  test('is refused for a while where there is no room', async () => {
    const server = await startScriptedServer({ maxTranscriptionJobs: '1' });
    server.recognizer.flushGate = new Promise<void>(() => undefined);
    await submit(server.url, await clipFile());
    const { status, headers, body } = await answerTo(sendForm(server, formOf([['file', recording(1)]])));
    expect([status, headers['retry-after']]).toEqual([503, '30']);
    expect(body).toMatchObject({ error: { type: 'server_error', code: 'too_many_transcriptions' } });
  });
});

describe('a form', () => {
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
