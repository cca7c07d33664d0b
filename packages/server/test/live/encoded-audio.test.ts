import { readFile } from 'node:fs/promises';
import { waveHeader } from '@auscult/asr';
import { expect, test } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';

const WEBM = Buffer.concat([
  Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex'),
  Buffer.alloc(1_000, 0xa3),
]);

/** An even number of bytes, as samples have. */
async function clip(name: string): Promise<Buffer> {
  const bytes = await readFile(clipPath(`containers/${name}`));
  return bytes.subarray(0, 8_000);
}

test.each([
  ['WebM or Matroska', () => Promise.resolve(WEBM)],
  ['Ogg', () => clip('speech.opus')],
  ['MP3', () => clip('speech.mp3')],
  ['MP4', () => clip('speech.m4a')],
  ['WAV', () => clip('mu-law.wav')],
])('%s sent as samples leads to one warning, however it is cut', async (kind, bytes) => {
  const { url } = await startScriptedServer({ maxMessagesPerSecond: '100000' });
  for (const size of [10, 500, 8_000]) {
    const client = await connectOptedIn(url);
    const recording = await bytes();
    for (let at = 0; at < recording.length; at += size) client.send(recording.subarray(at, at + size));
    client.send({ type: 'stop' });
    await client.next('stopped');
    const warnings = client.all('warning');
    expect(warnings).toEqual([expect.objectContaining({ code: 'encoded_audio' })]);
    expect(warnings[0]?.message).toContain(`It looks like ${kind}.`);
  }
});

test('the header of a WAVE file before samples leads to a warning of its own', async () => {
  const { url } = await startScriptedServer();
  const client = await connectOptedIn(url);
  client.send(Buffer.concat([waveHeader(), Buffer.alloc(3_200)]));
  client.send({ type: 'stop' });
  await client.next('stopped');
  expect(client.all('warning').map(({ code }) => code)).toEqual(['wave_header']);
});

test('samples lead to no warning', async () => {
  const { url } = await startScriptedServer();
  const client = await connectOptedIn(url);
  client.send(silence(0.1));
  client.send(Buffer.from(Int16Array.from({ length: 16_000 }, (_, i) => 32_000 * Math.sin(i / 3)).buffer));
  client.send({ type: 'stop' });
  await client.next('stopped');
  expect(client.all('warning')).toEqual([]);
});

test('a client that did not opt in gets no warning, but the log has one', async () => {
  const { url, log } = await startScriptedServer();
  const client = await connect(url);
  client.send(WEBM);
  client.send({ type: 'stop' });
  await client.next('transcription');
  expect(new Set(client.messages.map(({ type }) => type))).toEqual(new Set(['connection', 'transcription']));
  expect(log()).toContain('"code":"encoded_audio"');
});
