import { toFile } from 'openai';
import { describe, expect, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { clipFile, ended, inspect, listed, submit } from '../support/upload.js';
import { clientOf } from './openai-client.js';
import { answerTo, formOf, recording, sendForm, type Part } from './openai-form.js';

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

test('a form may have its parts in any order, and names with and without brackets', async () => {
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

/** Sends a recording whose text is awaited. */
async function transcribe(server: ScriptedServer, seconds: number, fields: object = {}) {
  const { transcriptions } = clientOf(server).audio;
  const file = await toFile(recording(seconds), 'audio.wav');
  return transcriptions.create({ file, model: 'whisper-1', ...fields }).withResponse();
}
