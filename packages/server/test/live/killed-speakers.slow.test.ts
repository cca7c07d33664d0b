import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectOptedIn, type Client } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, type Speech } from '../support/speech.js';

const SETTINGS = { type: 'configure', channels: 2, speakers: 2 };

/** Two servers start, one after the other. */
const TIMEOUT_MS = 240_000;

test('speakers keep numbers and names when the server is killed', { timeout: TIMEOUT_MS }, async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-killed-'));
  onTestFinished(() => {
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  const speech = await loadSpeech('librispeech/367-130732-0001');
  const server = await start(dataDirectory);
  const client = await connectOptedIn(server.url);
  client.send(SETTINGS);
  const { sessionId, resume } = await client.next('ready');
  expect(await speakersOfChannels(client, speech)).toEqual([0, 1]);
  client.send({ type: 'identify', name: [{ speaker: 0, name: 'Dr. Lee' }], merge: [{ from: 1, into: 0 }] });
  await client.next('speakers');
  server.signal('SIGKILL');
  await server.exited;

  const restarted = await start(dataDirectory);
  const next = await connectOptedIn(restarted.url);
  next.send({ ...SETTINGS, continues: { sessionId, token: resume?.token } });
  expect(await next.next('speakers')).toMatchObject({ speakers: [{ speaker: 0, name: 'Dr. Lee' }] });
  expect(await speakersOfChannels(next, speech)).toEqual([0, 0]);
  expect(next.all('warning')).toEqual([]);
});

async function start(dataDirectory: string): Promise<RealServer> {
  const server = await spawnRealServer('--data-directory', dataDirectory, '--workers', '1');
  onTestFinished(() => {
    server.signal('SIGKILL');
  });
  return server;
}

/** Says the same on both channels, and resolves with who is taken to have said it on each. */
async function speakersOfChannels(client: Client, { pcm }: Speech): Promise<readonly (number | undefined)[]> {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2);
  const both = Int16Array.from({ length: samples.length * 2 }, (_, index) => samples[index >> 1] ?? 0);
  client.send(new Uint8Array(both.buffer));
  client.send({ type: 'stop' });
  await client.next('stopped');
  const finals = client.all('transcription').filter(({ isFinal }) => isFinal);
  return [0, 1].map((channel) => finals.findLast((final) => final.channel === channel)?.speaker);
}
