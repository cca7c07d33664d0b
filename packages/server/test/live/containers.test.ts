import type { ReadyMessage } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { packetsOf } from '../../../asr/test/audio/webm-packets.js';
import { connectOptedIn, connect, silence, type Client } from '../support/client.js';
import { headerBytesOf, recordingOf, sendInFrames } from '../support/live-recordings.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const CLIP_SECONDS = 2.99;

/** A client whose audio is a container, or packets. */
async function connectFor(
  { url }: ScriptedServer,
  encoding: 'container' | 'opus',
  channels = 1,
): Promise<Client> {
  const client = await connectOptedIn(url);
  client.send({ type: 'configure', encoding, channels });
  await client.next('ready');
  return client;
}

/** All sound that a channel of the only session was given, seconds. */
function heardSeconds({ recognizer }: ScriptedServer, channel = 0): number {
  const pushed = recognizer.streams[channel]?.pushed ?? [];
  return pushed.reduce((sum, { length }) => sum + length, 0) / 4 / 16_000;
}

describe('a recording is decoded while it comes', () => {
  test.each(['live.webm', 'speech.opus'])('%s', async (name) => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container');
    sendInFrames(client, await recordingOf(name), 1_000);
    client.send({ type: 'stop' });
    const { audioSeconds } = await client.next('stopped');
    expect(audioSeconds).toBeCloseTo(CLIP_SECONDS, 1);
    expect(heardSeconds(server)).toBeCloseTo(CLIP_SECONDS, 1);
    expect(server.recognizer.streams[0]?.options).toMatchObject({ encoding: 'f32le', sampleRate: 16_000 });
    expect(client.all('warning')).toEqual([]);
    expect(client.all('error')).toEqual([]);
  });

  test('piece by piece, before the next comes', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container');
    const webm = await recordingOf('live.webm');
    client.send(webm.subarray(0, webm.length / 2));
    await until(() => heardSeconds(server) > 1);
    client.send(webm.subarray(webm.length / 2));
    client.send({ type: 'finalize' });
    expect(await client.next('transcription')).toMatchObject({ isFinal: true });
    expect(heardSeconds(server)).toBeCloseTo(CLIP_SECONDS, 1);
  });

  test('and waits while too much of it is not recognised', async () => {
    const server = await startScriptedServer({ maxBufferedSeconds: '5' });
    const client = await connectFor(server, 'container');
    const webm = await recordingOf('live.webm');
    client.send(webm.subarray(0, webm.length / 2));
    await until(() => heardSeconds(server) > 1);
    const [stream] = server.recognizer.streams;
    if (!stream) throw new Error('no stream');
    stream.pendingSeconds = 6;
    client.send(webm.subarray(webm.length / 2));
    client.send({ type: 'stop' });
    await until(async () => (await server.metrics()).includes('reading_paused_total{reason="backlog"} 1'));
    stream.pendingSeconds = 0;
    expect((await client.next('stopped')).audioSeconds).toBeCloseTo(CLIP_SECONDS, 1);
  });

  test('in base64, too', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container');
    client.send({ type: 'audio', data: (await recordingOf('live.webm')).toString('base64') });
    client.send({ type: 'stop' });
    expect((await client.next('stopped')).audioSeconds).toBeCloseTo(CLIP_SECONDS, 1);
  });

  test('two channels by themselves, if two are asked for', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container', 2);
    sendInFrames(client, await recordingOf('speech.webm'), 5_000);
    client.send({ type: 'stop' });
    await client.next('stopped');
    expect(heardSeconds(server, 0)).toBeCloseTo(CLIP_SECONDS, 1);
    expect(heardSeconds(server, 1)).toBeCloseTo(CLIP_SECONDS, 1);
  });

  test('stop ends it, and another one may follow', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container');
    for (const name of ['live.webm', 'speech.opus']) {
      sendInFrames(client, await recordingOf(name), 3_000);
      client.send({ type: 'stop' });
      await client.next('stopped');
    }
    expect(heardSeconds(server)).toBeCloseTo(2 * CLIP_SECONDS, 1);
  });
});

test('packets of Opus come one in each frame', async () => {
  const server = await startScriptedServer();
  const client = await connectFor(server, 'opus');
  const packets = await packetsOf(await recordingOf('live.webm'));
  for (const packet of packets) client.send(packet);
  client.send({ type: 'stop' });
  expect((await client.next('stopped')).audioSeconds).toBeCloseTo(packets.length * 0.02, 1);
});

describe('what cannot be decoded ends the session, with the text of what could be', () => {
  async function expectEnd(client: Client, code: string): Promise<void> {
    const error = await client.next('error');
    expect(error).toMatchObject({ code, retryable: false, message: expect.stringMatching(/^The .+\.$/) });
    expect(await client.closed).toBe(4407);
    expect(client.messages.at(-1)).toEqual(error);
  }

  test('a recorder that goes on without its header', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container');
    const webm = await recordingOf('live.webm');
    client.send(webm.subarray(headerBytesOf(webm)));
    await expectEnd(client, 'container_unknown');
    expect(heardSeconds(server)).toBe(0);
  });

  test.each([
    ['samples', Buffer.from(silence(1))],
    ['nothing that anybody knows', Buffer.alloc(10_000, 'a')],
  ])('%s', async (_name, bytes) => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container');
    client.send(bytes);
    await expectEnd(client, 'container_unknown');
  });

  test('garbage in the middle', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container');
    const webm = await recordingOf('live.webm');
    client.send(webm.subarray(0, 5_000));
    await until(() => heardSeconds(server) > 0.5);
    client.send(Buffer.alloc(5_000, 'a'));
    client.send(webm.subarray(5_000));
    await expectEnd(client, 'container_broken');
    expect(client.all('transcription').filter(({ isFinal }) => isFinal)).toHaveLength(1);
    expect(server.log()).not.toContain('unexpected');
  });

  test('one channel where two are to be heard', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'container', 2);
    client.send(await recordingOf('live.webm'));
    await expectEnd(client, 'container_broken');
  });

  test('a frame that is no packet', async () => {
    const server = await startScriptedServer();
    const client = await connectFor(server, 'opus');
    client.send(new Uint8Array(100_000));
    await expectEnd(client, 'container_broken');
  });

  test('and nobody else is touched', async () => {
    const server = await startScriptedServer();
    const [other, client] = [await connect(server.url), await connectFor(server, 'container')];
    client.send(Buffer.alloc(100, 'a'));
    expect(await client.closed).toBe(4407);
    other.send(silence(1));
    other.send({ type: 'stop' });
    expect(await other.next('transcription')).toMatchObject({ isFinal: true });
  });
});

test('a session goes on in the middle of a recording when its connection broke', async () => {
  const server = await startScriptedServer();
  const client = await connectFor(server, 'container');
  const webm = await recordingOf('live.webm');
  client.send(webm.subarray(0, 4_001));
  await until(() => heardSeconds(server) > 0.5);
  client.socket.terminate();
  const { sessionId, resume } = client.all('ready')[0] as ReadyMessage;
  await until(async () => (await server.metrics()).includes('auscult_sessions_waiting 1\n'));

  const back = await connect(server.url, { path: '/ws/transcribe?resume' });
  back.send({ type: 'resume', sessionId, token: resume?.token, next: [0] });
  const { receivedSamples } = await back.next('resumed');
  expect(receivedSamples).toBe(4_001);
  back.send(webm.subarray(receivedSamples));
  back.send({ type: 'stop' });
  expect((await back.next('stopped')).audioSeconds).toBeCloseTo(CLIP_SECONDS, 1);
});

test('a session that ends takes its decoder with it', async () => {
  const server = await startScriptedServer();
  const client = await connectFor(server, 'container');
  client.send((await recordingOf('live.webm')).subarray(0, 5_000));
  await until(() => heardSeconds(server) > 0.5);
  client.socket.close(1000);
  await until(() => server.recognizer.streams.every(({ isClosed }) => isClosed()));
  expect(heardSeconds(server)).toBeGreaterThan(0.5);
});

test.each(['mulaw', 'alaw'] as const)('%s is passed on as it is', async (encoding) => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', encoding, sampleRate: 8_000, channels: 2 });
  await client.next('ready');
  client.send(Uint8Array.from({ length: 16_000 }, (_, at) => at % 2));
  client.send(new Uint8Array(3));
  expect(await client.next('error')).toMatchObject({ code: 'odd_audio_length' });
  const [left, right] = server.recognizer.streams;
  expect(left?.options).toMatchObject({ encoding, sampleRate: 8_000 });
  expect(left?.pushed).toEqual([new Uint8Array(8_000).fill(0)]);
  expect(right?.pushed).toEqual([new Uint8Array(8_000).fill(1)]);
});
