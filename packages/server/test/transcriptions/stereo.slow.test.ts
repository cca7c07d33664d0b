import { beforeAll, expect, test } from 'vitest';
import { clientOf } from '../compatibility/deepgram-client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { stereoRecordings } from '../support/stereo-recordings.js';

let recordings: Awaited<ReturnType<typeof stereoRecordings>>;
beforeAll(async () => {
  recordings = await stereoRecordings();
});

/** Several processes decode each recording. */
const TIMEOUT = { timeout: 600_000 };

test('Deepgram clients get each channel that they ask for', TIMEOUT, async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'In my arm.';
  const { media } = clientOf(server).listen.v1;
  const listened = async (file: Buffer, query: object) =>
    (await media.transcribeFile(file, query)) as unknown as {
      metadata: { channels: number; warnings: { parameter: string }[] };
      results: {
        channels: { alternatives: [{ transcript: string; words: { speaker?: number }[] }] }[];
        utterances: { channel: number; speaker?: number }[];
      };
    };
  const both = await listened(recordings.apart, { multichannel: true, utterances: true });
  expect(both.metadata).toMatchObject({ channels: 2, warnings: [] });
  const said = { alternatives: [{ transcript: 'In my arm.' }] };
  expect(both.results.channels).toMatchObject([said, said]);
  expect(both.results.utterances).toMatchObject([{ channel: 0 }, { channel: 1 }]);
  expect(JSON.stringify(both)).not.toContain('speaker');

  const alike = await listened(recordings.alike, { multichannel: true });
  expect(alike.metadata).toMatchObject({ channels: 1, warnings: [{ parameter: 'multichannel' }] });
  expect(alike.results.channels).toHaveLength(1);
  // Whoever asks for channels gets those without speech, too.
  expect((await listened(recordings.single, { multichannel: true })).metadata.channels).toBe(2);

  const diarized = await listened(recordings.apart, { diarize: true, utterances: true });
  expect(diarized.metadata.channels).toBe(1);
  expect(diarized.results.channels).toHaveLength(1);
  expect(diarized.results.utterances).toMatchObject([
    { channel: 0, speaker: 0 },
    { channel: 0, speaker: 1 },
  ]);
});

test('OpenAI clients that ask who speaks get each channel as a speaker', TIMEOUT, async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'In my arm.';
  const form = new FormData();
  form.append('file', new Blob([recordings.apart]), 'visit.wav');
  form.append('model', 'gpt-4o-transcribe-diarize');
  form.append('response_format', 'diarized_json');
  form.append('chunking_strategy', 'auto');
  const answer = await fetch(`${server.url}/v1/audio/transcriptions`, { method: 'POST', body: form });
  expect(await answer.json()).toMatchObject({
    segments: [
      { speaker: 'A', text: 'In my arm.' },
      { speaker: 'B', text: 'In my arm.' },
    ],
  });
});
