import { describe, expect, test } from 'vitest';
import { silence } from '../support/client.js';
import { clientOf as deepgramOf, clip } from './deepgram-client.js';
import { openDeepgram } from './deepgram-session.js';
import { startInterview, TALK } from './interview.js';
import { clientOf as openAiOf, order } from './openai-client.js';

const number = expect.any(Number) as number;

describe('a recording sent by the SDK of Deepgram with diarize', () => {
  test('has the speaker of each word, utterance and paragraph, and how sure that is', async () => {
    const server = await startInterview();
    const data = await deepgramOf(server).listen.v1.media.transcribeFile(await clip(), {
      diarize: true,
      utterances: true,
      paragraphs: true,
    });
    expect(data).toMatchObject({
      metadata: { warnings: [] },
      results: {
        channels: [
          {
            alternatives: [
              {
                transcript: TALK,
                words: [
                  { word: 'any', speaker: 0, speaker_confidence: 0.988 },
                  { word: 'pain', speaker: 0, speaker_confidence: 0.988 },
                  { word: 'in', speaker: 1, speaker_confidence: 0.9 },
                  { word: 'my', speaker: 1, speaker_confidence: 0.9 },
                  { word: 'arm', speaker: 1, speaker_confidence: 0.9 },
                ],
                paragraphs: {
                  transcript: '\nSpeaker 0: Any pain?\n\nSpeaker 1: In my arm.',
                  paragraphs: [
                    { speaker: 0, num_words: 2, start: number, end: number },
                    { speaker: 1, num_words: 3, sentences: [{ text: 'In my arm.' }] },
                  ],
                },
              },
            ],
          },
        ],
        utterances: [
          { speaker: 0, transcript: 'Any pain?', words: { length: 2 } },
          { speaker: 1, transcript: 'In my arm.', words: { length: 3 } },
        ],
      },
    });
  });
});

describe('a live session of the SDK of Deepgram', () => {
  const wordsOf = async (options: object): Promise<readonly object[]> => {
    const server = await startInterview();
    const session = await openDeepgram(server, options);
    session.socket.sendMedia(silence(0.5));
    session.socket.sendFinalize({ type: 'Finalize' });
    await session.received(1);
    const [result] = session.messages as unknown as [{ channel: { alternatives: [{ words: object[] }] } }];
    return result.channel.alternatives[0].words;
  };

  test.each([
    [{ diarize: 'true' }],
    [{ diarize_model: 'latest' }],
    [{ queryParams: { diarize: 'true', diarize_version: 'latest' } }],
    [{ queryParams: { speakers: '2' } }],
  ])('has the speaker of each word with %j, but no confidence in it', async (options) => {
    const words = await wordsOf(options);
    expect(words.map((word) => (word as { speaker?: number }).speaker)).toEqual([0, 0, 1, 1, 1]);
    expect(JSON.stringify(words)).not.toContain('speaker_confidence');
  });

  test('has no speakers unless it asks for them', async () => {
    expect(JSON.stringify(await wordsOf({}))).not.toContain('speaker');
  });

  test('has as many speakers as it says, else as many as there are', async () => {
    const server = await startInterview();
    const asked = [{ diarize: 'true' }, { queryParams: { speakers: '2', diarize: 'true' } }, {}];
    for (const options of asked) {
      const session = await openDeepgram(server, options);
      session.socket.sendMedia(silence(0.5));
      session.socket.sendFinalize({ type: 'Finalize' });
      await session.received(1);
    }
    expect(server.recognizer.streams.map(({ options: { speakers } }) => speakers)).toEqual([
      'auto',
      2,
      'off',
    ]);
  });
});

describe('a recording sent by the SDK of OpenAI as diarized_json', () => {
  const DIARIZED = { model: 'gpt-4o-transcribe-diarize', response_format: 'diarized_json' } as const;
  const SEGMENTS = [
    {
      type: 'transcript.text.segment',
      id: 'seg_001',
      start: 0,
      end: number,
      text: 'Any pain?',
      speaker: 'A',
    },
    {
      type: 'transcript.text.segment',
      id: 'seg_002',
      start: 0,
      end: number,
      text: 'In my arm.',
      speaker: 'B',
    },
  ];

  test('comes in segments of one speaker', async () => {
    const server = await startInterview();
    const data = await openAiOf(server).audio.transcriptions.create({
      ...(await order()),
      ...DIARIZED,
      chunking_strategy: 'auto',
    });
    expect(data).toEqual({
      task: 'transcribe',
      duration: number,
      text: TALK,
      segments: SEGMENTS,
      usage: { type: 'duration', seconds: number },
    });
  });

  test('comes as events, if it is streamed', async () => {
    const server = await startInterview();
    const stream = await openAiOf(server).audio.transcriptions.create({
      ...(await order()),
      ...DIARIZED,
      stream: true,
    });
    const events: object[] = [];
    for await (const event of stream) events.push(event);
    expect(events).toEqual([
      { type: 'transcript.text.delta', delta: 'Any pain?', segment_id: 'seg_001' },
      SEGMENTS[0],
      { type: 'transcript.text.delta', delta: ' In my arm.', segment_id: 'seg_002' },
      SEGMENTS[1],
      { type: 'transcript.text.done', text: TALK },
    ]);
  });
});
