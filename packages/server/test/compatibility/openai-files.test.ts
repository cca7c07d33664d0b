import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import { describe, expect, test } from 'vitest';
import { startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { listed } from '../support/upload.js';
import { clientOf, order } from './openai-client.js';

describe('a recording sent by the SDK of OpenAI', () => {
  test('is answered with its text and its length', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const client = clientOf(server);
    const { data, response } = await client.audio.transcriptions.create(await order()).withResponse();
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

  test('gives a delta for each segment as soon as it is final, and the whole text once', async () => {
    const server = await startScriptedServer();
    const { recognizer } = server;
    recognizer.says = '';
    let end = (): void => undefined;
    recognizer.flushGate = new Promise<void>((resolve) => (end = resolve));
    const stream = clientOf(server).audio.transcriptions.create({ ...(await order()), stream: true });
    await until(() => (recognizer.streams[0]?.pushed.length ?? 0) > 0);
    recognizer.streams[0]?.final('No chest pain.');
    const events: object[] = [];
    for await (const event of await stream) {
      events.push(event);
      if (events.length > 1) continue;
      recognizer.streams[0]?.final('Lungs clear.');
      end();
    }
    expect(events).toEqual([
      { type: 'transcript.text.delta', delta: 'No chest pain.' },
      { type: 'transcript.text.delta', delta: ' Lungs clear.' },
      { type: 'transcript.text.done', text: 'No chest pain. Lungs clear.' },
    ]);
  });
});

describe('what is wrong', () => {
  test('with the key: AuthenticationError', async () => {
    const server = await startGuardedServer();
    const wrong = clientOf(server, 'ausk_nobody').audio.transcriptions.create(await order());
    await expect(wrong).rejects.toBeInstanceOf(AuthenticationError);
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    const key = await server.keyOf('clinician');
    const right = await clientOf(server, key).audio.transcriptions.create(await order());
    expect(right.text).toMatch(/^heard/);
    expect((await server.audited()).map(({ action }) => action)).toContain('record.read');
  });

  test('with what is asked for: BadRequestError', async () => {
    const server = await startScriptedServer();
    const sent = clientOf(server).audio.transcriptions.create({ ...(await order()), language: 'fr' });
    await expect(sent).rejects.toBeInstanceOf(BadRequestError);
    await expect(sent).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param: 'language',
      code: 'unsupported_language',
    });
  });

  test('a base URL without /v1 says so', async () => {
    const { url } = await startScriptedServer();
    const client = new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 });
    const sent = client.audio.transcriptions.create(await order());
    await expect(sent).rejects.toBeInstanceOf(NotFoundError);
    await expect(sent).rejects.toThrow('/v1');
    await expect(client.models.list()).rejects.toThrow('/v1');
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
