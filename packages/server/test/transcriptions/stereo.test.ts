import { beforeAll, expect, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { stereoRecordings } from '../support/stereo-recordings.js';
import { readRecord } from '../support/told-speakers.js';
import { ended, result, submit } from '../support/upload.js';

let recordings: Awaited<ReturnType<typeof stereoRecordings>>;
beforeAll(async () => {
  recordings = await stereoRecordings();
});

/** Several processes decode each recording. */
const TIMEOUT = { timeout: 300_000 };

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

test('each channel of a recording is a speaker, in every format and in its record', TIMEOUT, async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'In my arm.';
  const { id, heard } = await heardIn(server, recordings.apart, '2');
  expect(heard).toEqual([
    [0, 0],
    [1, 1],
  ]);
  const lines = 'Speaker 1: In my arm.\nSpeaker 2: In my arm.\n';
  expect(await (await result(server.url, id, '?format=text')).text()).toBe(lines);
  const vtt = await (await result(server.url, id, '?format=vtt')).text();
  expect(vtt).toContain('<v Speaker 2>In');
  const exported = await fetch(`${server.url}/api/v1/sessions/${id}/export?format=text`);
  expect(await exported.text()).toBe(lines);
  const { speakers, segments } = await readRecord(server, id);
  expect(speakers).toEqual([{ speaker: 0 }, { speaker: 1 }]);
  for (const { place, versions } of segments)
    for (const word of versions[0]?.words ?? [])
      expect(word).toMatchObject({ speaker: place, speakerConfidence: 1 });
});

test('channels of one microphone are mixed, and so are all if nobody asks who speaks', TIMEOUT, async () => {
  const server = await startScriptedServer();
  const mixed = { heard: [[undefined, undefined]], streams: 1 };
  expect(await heardIn(server, recordings.alike, 'auto')).toMatchObject(mixed);
  expect(await heardIn(server, recordings.single, 'auto')).toMatchObject(mixed);
  expect(await heardIn(server, recordings.apart, 'off')).toMatchObject(mixed);
});
