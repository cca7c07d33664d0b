import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';
import { clientOf, clip } from './deepgram-client.js';

const number = expect.any(Number) as number;
const text = expect.any(String) as string;

describe('a recording sent by the SDK of Deepgram', () => {
  test('is answered with its text and its words', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const recording = await clip();
    const { data, rawResponse } = await clientOf(server)
      .listen.v1.media.transcribeFile(recording, { model: 'nova-3', tag: 'ward-3' })
      .withRawResponse();
    const { models } = ('metadata' in data && data.metadata) as { models: string[] };
    expect(data).toEqual({
      metadata: {
        transaction_key: 'deprecated',
        request_id: rawResponse.headers.get('dg-request-id'),
        sha256: createHash('sha256').update(recording).digest('hex'),
        created: text,
        duration: number,
        channels: 1,
        models: [text],
        model_info: { [models[0] ?? '']: { name: 'scripted', version: text, arch: 'moonshine' } },
        warnings: [],
        tags: ['ward-3'],
      },
      results: {
        channels: [
          {
            alternatives: [
              {
                transcript: 'No chest pain.',
                confidence: 0.9,
                words: ['No', 'chest', 'pain.'].map((word) => ({
                  word: word.toLowerCase().replace('.', ''),
                  start: 0,
                  end: number,
                  confidence: 0.9,
                  punctuated_word: word,
                })),
              },
            ],
          },
        ],
      },
    });
  });
});

describe('what is wrong', () => {
  test('with the key is told in the body and the headers', async () => {
    const server = await startGuardedServer();
    const wrong = clientOf(server, 'ausk_nobody').listen.v1.media.transcribeFile(await clip(), {});
    await expect(wrong).rejects.toMatchObject({ statusCode: 401, body: { err_code: 'INVALID_AUTH' } });
    await wrong.catch((error: unknown) => {
      const { headers } = (error as { rawResponse: Response }).rawResponse;
      expect(headers.get('dg-error')).toContain('credential');
      expect(headers.get('dg-request-id')).toMatch(/^[\da-f-]{36}$/);
    });
    const key = await server.keyOf('clinician');
    expect(await clientOf(server, key).listen.v1.media.transcribeFile(await clip(), {})).toMatchObject({
      results: {},
    });
  });

  test('with what is asked for is refused', async () => {
    const server = await startScriptedServer();
    const media = clientOf(server).listen.v1.media;
    const recording = await clip();
    const refused = { statusCode: 400, body: { err_code: 'INVALID_QUERY_PARAMETER' } };
    await expect(media.transcribeUrl({ url: 'https://example.com/visit.wav' })).rejects.toMatchObject(
      refused,
    );
    await expect(media.transcribeFile(recording, { redact: 'pii' })).rejects.toMatchObject(refused);
    await expect(media.transcribeFile(recording, { callback: 'https://example.com' })).rejects.toMatchObject(
      refused,
    );
    await expect(media.transcribeFile(recording, { encoding: 'speex' })).rejects.toMatchObject(refused);
    await expect(media.transcribeFile(recording, { language: 'fr' })).rejects.toMatchObject(refused);
    const three = waveFile({ ...SPEECH_WAVE, channels: 3 }, Buffer.alloc(96_000));
    await expect(media.transcribeFile(three, { multichannel: true })).rejects.toMatchObject(refused);
    expect(server.recognizer.streams).toEqual([]);
  });
});

test('the model is listed, and found by its UUID', async () => {
  const server = await startScriptedServer();
  const { models } = clientOf(server).manage.v1;
  const { stt = [], tts } = await models.list();
  expect({ stt, tts }).toMatchObject({
    stt: [{ name: 'scripted', architecture: 'moonshine', languages: ['en'], uuid: text }],
    tts: [],
  });
  const [{ uuid = '' } = {}] = stt;
  expect(await models.get(uuid)).toEqual(stt[0]);
  await expect(models.get('0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11')).rejects.toMatchObject({ statusCode: 404 });
});
