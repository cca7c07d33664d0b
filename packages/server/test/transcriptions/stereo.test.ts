import { beforeAll, expect, test } from 'vitest';
import { clientOf } from '../compatibility/deepgram-client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { loadSpeech } from '../support/speech.js';
import { readRecord } from '../support/told-speakers.js';
import { clipFile, ended, result, submit } from '../support/upload.js';
import { stereoWave } from '../support/wave.js';

let doctor: Uint8Array;
let patient: Uint8Array;
beforeAll(async () => {
  const clips = await Promise.all(
    ['librispeech/367-130732-0001', 'librispeech/2609-156975-0005'].map((id) => loadSpeech(id)),
  );
  [doctor = new Uint8Array(), patient = doctor] = clips.map(({ pcm }) => pcm);
});

/** A microphone each, a stereo microphone, and a microphone beside a line without one. */
const recordings = {
  apart: () => stereoWave(doctor, patient),
  alike: () => stereoWave(doctor, doctor),
  single: () => stereoWave(doctor, new Uint8Array(doctor.length)),
};

/** The channels and speakers of an upload, and how many streams heard it. */
async function heardIn(server: ScriptedServer, file: Buffer<ArrayBuffer>, speakers: string) {
  const before = server.recognizer.streams.length;
  const { id } = await submit(server.url, new Blob([file]), { speakers });
  expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
  const { segments } = (await (await result(server.url, id)).json()) as {
    segments: { channel?: number; speaker?: number }[];
  };
  return {
    id,
    heard: segments.map(({ channel, speaker }) => [channel, speaker]),
    streams: server.recognizer.streams.length - before,
  };
}

test('each channel of a recording is a speaker, in every format and in its record', async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'In my arm.';
  const { id, heard } = await heardIn(server, recordings.apart(), '2');
  expect(heard).toEqual([
    [0, 0],
    [1, 1],
  ]);
  const lines = 'Speaker 1: In my arm.\nSpeaker 2: In my arm.\n';
  expect(await (await result(server.url, id, '?format=text')).text()).toBe(lines);
  const vtt = await (await result(server.url, id, '?format=vtt')).text();
  expect(vtt).toContain('<v Speaker 2>In my arm.');
  const exported = await fetch(`${server.url}/api/v1/sessions/${id}/export?format=text`);
  expect(await exported.text()).toBe(lines);
  const { speakers, segments } = await readRecord(server, id);
  expect(speakers).toEqual([{ speaker: 0 }, { speaker: 1 }]);
  for (const { place, versions } of segments)
    for (const word of versions[0]?.words ?? [])
      expect(word).toMatchObject({ speaker: place, speakerConfidence: 1 });
});

test('channels of one microphone are mixed, and so are all if nobody asks who speaks', async () => {
  const server = await startScriptedServer();
  const mixed = { heard: [[undefined, undefined]], streams: 1 };
  expect(await heardIn(server, recordings.alike(), 'auto')).toMatchObject(mixed);
  expect(await heardIn(server, recordings.single(), 'auto')).toMatchObject(mixed);
  expect(await heardIn(server, recordings.apart(), 'off')).toMatchObject(mixed);
});

test('Deepgram clients get each channel that they ask for', async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'In my arm.';
  const { media } = clientOf(server).listen.v1;
  const listened = async (file: Buffer, query: object) =>
    (await media.transcribeFile(file, query)) as {
      metadata: { channels: number; warnings: { parameter: string }[] };
      results: {
        channels: { alternatives: [{ transcript: string; words: { speaker?: number }[] }] }[];
        utterances: { channel: number; speaker?: number }[];
      };
    };
  const both = await listened(recordings.apart(), { multichannel: true, utterances: true });
  expect(both.metadata).toMatchObject({ channels: 2, warnings: [] });
  const said = { alternatives: [{ transcript: 'In my arm.' }] };
  expect(both.results.channels).toMatchObject([said, said]);
  expect(both.results.utterances).toMatchObject([{ channel: 0 }, { channel: 1 }]);
  expect(JSON.stringify(both)).not.toContain('speaker');

  const alike = await listened(recordings.alike(), { multichannel: true });
  expect(alike.metadata).toMatchObject({ channels: 1, warnings: [{ parameter: 'multichannel' }] });
  expect(alike.results.channels).toHaveLength(1);
  // Whoever asks for channels gets those without speech, too.
  expect((await listened(recordings.single(), { multichannel: true })).metadata.channels).toBe(2);

  const diarized = await listened(recordings.apart(), { diarize: true, utterances: true });
  expect(diarized.metadata.channels).toBe(1);
  expect(diarized.results.channels).toHaveLength(1);
  expect(diarized.results.utterances).toMatchObject([
    { channel: 0, speaker: 0 },
    { channel: 0, speaker: 1 },
  ]);
});

test('OpenAI clients that ask who speaks get each channel as a speaker', async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'In my arm.';
  const form = new FormData();
  form.append('file', new Blob([recordings.apart()]), 'visit.wav');
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

test('a recording of one channel is decoded once', async () => {
  const server = await startScriptedServer();
  const { id } = await submit(server.url, await clipFile(), { speakers: '2' });
  expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
  expect(server.recognizer.streams).toHaveLength(1);
});
