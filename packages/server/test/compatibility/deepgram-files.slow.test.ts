import { createClient } from 'deepgram-sdk-4';
import { describe, expect, test } from 'vitest';
import { startScriptedServer } from '../support/scripted-server.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';
import { clientOf, clip } from './deepgram-client.js';

const text = expect.any(String) as string;

describe('a recording sent by the SDK of Deepgram', () => {
  test('comes in utterances and paragraphs, without punctuation, in the language that is detected', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain. Lungs clear.';
    const data = await clientOf(server).listen.v1.media.transcribeFile(await clip(), {
      utterances: true,
      paragraphs: true,
      detect_language: true,
      sentiment: true,
    });
    expect(data).toMatchObject({
      metadata: {
        warnings: [
          { parameter: 'sentiment', type: 'unsupported_feature', message: 'sentiments are not recognised' },
          { parameter: 'detect_language', message: 'the model knows one language' },
        ],
      },
      results: {
        channels: [
          {
            detected_language: 'en',
            alternatives: [
              {
                paragraphs: {
                  transcript: '\nNo chest pain. Lungs clear.',
                  paragraphs: [
                    { num_words: 5, sentences: [{ text: 'No chest pain.' }, { text: 'Lungs clear.' }] },
                  ],
                },
              },
            ],
          },
        ],
        utterances: [
          { channel: 0, transcript: 'No chest pain. Lungs clear.', id: text, words: { length: 5 } },
        ],
      },
    });
    const plain = await clientOf(server).listen.v1.media.transcribeFile(await clip(), { punctuate: false });
    expect(plain).toMatchObject({
      results: { channels: [{ alternatives: [{ transcript: 'no chest pain lungs clear' }] }] },
    });
    expect(JSON.stringify(plain)).not.toContain('punctuated_word');
  });

  test('without speech has one alternative without words', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = '';
    expect(await clientOf(server).listen.v1.media.transcribeFile(await clip(), {})).toMatchObject({
      results: { channels: [{ alternatives: [{ transcript: '', confidence: 0, words: [] }] }] },
    });
  });

  test('may be samples without a header', async () => {
    const server = await startScriptedServer();
    const media = clientOf(server).listen.v1.media;
    const second = Buffer.alloc(16_000, 0x10);
    const seconds = async (request: object): Promise<number> => {
      const data = await media.transcribeFile(second, {}, { queryParams: { ...request } });
      return 'metadata' in data ? data.metadata.duration : 0;
    };
    expect(await seconds({ encoding: 'linear16', sample_rate: 8000 })).toBe(1);
    expect(await seconds({ encoding: 'linear16', sample_rate: 8000, channels: 2 })).toBe(0.5);
    expect(await seconds({ encoding: 'linear32', sample_rate: 16_000 })).toBe(0.25);
    expect(await seconds({ encoding: 'mulaw' })).toBe(2);
    expect(await seconds({ encoding: 'alaw', sample_rate: 16_000 })).toBe(1);
    const wave = waveFile(SPEECH_WAVE, second);
    const own = await media.transcribeFile(
      wave,
      {},
      { queryParams: { encoding: 'linear16', sample_rate: 8000 } },
    );
    expect(own).toMatchObject({ metadata: { duration: 0.5 } });
    await expect(seconds({ encoding: 'linear16' })).rejects.toMatchObject({ statusCode: 400 });
  });

  test('takes key terms and written form', async () => {
    const server = await startScriptedServer();
    const terms = { keyterm: ['metoprolol'], keywords: 'Okonkwo:9', smart_format: true };
    await clientOf(server).listen.v1.media.transcribeFile(await clip(), terms);
    const { keyTerms } = server.recognizer.streams[0]?.options ?? {};
    expect(JSON.stringify(keyTerms)).toContain('metoprolol');
    expect(JSON.stringify(keyTerms)).toContain('Okonkwo');
  });

  test('may be sent by version 4 of the SDK', async () => {
    const server = await startScriptedServer();
    server.recognizer.says = 'No chest pain.';
    const { result, error } = await createClient('any', {
      global: { url: server.url },
    }).listen.prerecorded.transcribeFile(await clip(), { model: 'nova-2' });
    expect(error).toBeNull();
    expect(result?.results.channels[0]?.alternatives[0]?.transcript).toBe('No chest pain.');
  });
});

test('what is wrong with the recording is told apart from what is wrong with the query', async () => {
  const server = await startScriptedServer({ maxUploadBytes: '100000' });
  const media = clientOf(server).listen.v1.media;
  await expect(media.transcribeFile(Buffer.from('no audio'.repeat(100)), {})).rejects.toMatchObject({
    statusCode: 400,
    body: { err_code: 'Bad Request' },
  });
  await expect(media.transcribeFile(Buffer.alloc(200_000), {})).rejects.toMatchObject({
    statusCode: 413,
    body: { err_code: 'PAYLOAD_TOO_LARGE' },
  });
});
