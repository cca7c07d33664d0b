import { createClient, srt, webvtt } from 'deepgram-sdk-4';
import { describe, expect, test } from 'vitest';
import { clientOf as deepgramOf, clip } from './deepgram-client.js';
import { startInterview, TALK } from './interview.js';
import { clientOf as openAiOf, order } from './openai-client.js';

describe('a recording sent by the SDK of Deepgram', () => {
  test('becomes captions of each speaker by the library of Deepgram', async () => {
    const server = await startInterview();
    const data = await deepgramOf(server).listen.v1.media.transcribeFile(await clip(), { diarize: true });
    expect(webvtt(data)).toMatch(/<v Speaker 0>Any pain\?\n[^]*<v Speaker 1>In my arm\.\s*$/u);
    expect(srt(data)).toMatch(/\[Speaker 0\]\nAny pain\?\n[^]*\[Speaker 1\]\nIn my arm\.\s*$/u);
  });

  test('the same by version 4 of the SDK, whichever parameter asks for it', async () => {
    const server = await startInterview();
    const client = createClient('any', { global: { url: server.url } });
    for (const options of [
      { diarize: true },
      { diarize_model: 'latest' },
      { speakers: 2 },
      { speakers: 'auto' },
    ]) {
      const { result } = await client.listen.prerecorded.transcribeFile(await clip(), options);
      const words = result?.results.channels[0]?.alternatives[0]?.words ?? [];
      expect(words.map(({ speaker }) => speaker)).toEqual([0, 0, 1, 1, 1]);
    }
  });

  test('without it, answers are as they were', async () => {
    const server = await startInterview();
    for (const options of [{}, { diarize: false }, { queryParams: { speakers: 'off', diarize: 'true' } }]) {
      const { queryParams, ...asked } = options as { readonly queryParams?: object };
      const data = await deepgramOf(server).listen.v1.media.transcribeFile(
        await clip(),
        { utterances: true, paragraphs: true, ...asked },
        { queryParams: { ...queryParams } },
      );
      expect(JSON.stringify(data)).not.toContain('speaker');
      expect(data).toMatchObject({ results: { utterances: [{ transcript: TALK }] } });
    }
  });

  test('with more people than can be told apart, is refused', async () => {
    const server = await startInterview();
    const sent = deepgramOf(server).listen.v1.media.transcribeFile(
      await clip(),
      {},
      { queryParams: { speakers: '5' } },
    );
    await expect(sent).rejects.toMatchObject({
      statusCode: 400,
      body: { err_code: 'INVALID_QUERY_PARAMETER' },
    });
  });
});

describe('a recording sent by the SDK of OpenAI', () => {
  test('calls nobody by the name of a sample, and says so', async () => {
    const server = await startInterview();
    const { data, response } = await openAiOf(server)
      .audio.transcriptions.create({
        ...(await order()),
        model: 'gpt-4o-transcribe-diarize',
        response_format: 'diarized_json',
        known_speaker_names: ['agent'],
        known_speaker_references: [`data:audio/wav;base64,${(await clip()).toString('base64')}`],
      })
      .withResponse();
    expect(data).toMatchObject({ segments: [{ speaker: 'A' }, { speaker: 'B' }] });
    const warnings = response.headers.get('auscult-warnings');
    expect(warnings).toMatch(/known_speaker_names: nobody is recognised by a sample of a voice/u);
    expect(warnings).toMatch(/known_speaker_references: /u);
  });

  test('with the number of speakers, subtitles name them; without it, nothing changes', async () => {
    const server = await startInterview();
    const subtitles = async (fields: object): Promise<unknown> =>
      openAiOf(server).audio.transcriptions.create({ ...(await order()), response_format: 'vtt', ...fields });
    expect(await subtitles({ speakers: 2 })).toMatch(
      /<v Speaker 1>Any pain\?\n\n.*\n<v Speaker 2>In my arm\.\n/u,
    );
    expect(await subtitles({})).not.toContain('Speaker');
  });
});
