import { spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { readClips } from '../../../asr/test/clips/clips.js';
import { connectOptedIn } from '../support/client.js';
import { recordingOf, sendInFrames } from '../support/live-recordings.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { transcriptOf, wordErrorRate } from '../support/speech.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const CLIP = 'librivox/sense_and_sensibility_01_austen_64kb-0880';

let server: RealServer;

beforeAll(async () => {
  server = await spawnRealServer('--workers', '1');
  return () => {
    server.signal('SIGKILL');
  };
});

/** What is said in the clip. */
function said(): string {
  return readClips().find(({ id }) => id === CLIP)?.text ?? '';
}

const files = ['live.webm', 'speech.webm', 'speech.opus', 'speech.mp3', ...(hasFfmpeg ? ['live.mp4'] : [])];

test.each(files)('the words are heard in %s while it comes', async (file) => {
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', encoding: 'container' });
  await client.next('ready');
  sendInFrames(client, await recordingOf(file), 1_000);
  client.send({ type: 'stop' });
  await client.next('stopped');
  expect(wordErrorRate(said(), transcriptOf(client))).toBeLessThan(0.3);
  expect(client.all('error')).toEqual([]);
});

test.each([
  ['mulaw', 'mu-law.wav'],
  ['alaw', 'a-law.wav'],
] as const)('the words are heard in %s', async (encoding, file) => {
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', encoding, sampleRate: 8_000 });
  await client.next('ready');
  const wave = await recordingOf(file);
  sendInFrames(client, wave.subarray(wave.indexOf('data') + 8), 800);
  client.send({ type: 'stop' });
  await client.next('stopped');
  expect(wordErrorRate(said(), transcriptOf(client))).toBeLessThan(0.3);
  expect(client.all('warning')).toEqual([]);
});
