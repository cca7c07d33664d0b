import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { newMasterKey } from '../../src/records/master-keys.js';
import { connectOptedIn, type Client } from '../support/client.js';
import { startMachine } from '../support/inference-machine.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { linkToMachine, scriptedJob } from '../support/scripted-peer.js';
import { startRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, transcriptOf, wordErrorRate, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';
import { clipFile, ended as inEnd, result, submit } from '../support/upload.js';

const CLEAR_SPEECH_WER = 0.15;

/** For machines that stand still on purpose: long enough that a busy one is not taken for such a one. */
const PATIENCE = ['--worker-timeout-seconds', '20'];

describe.skipIf(natsMissing !== undefined)('inference on other machines', () => {
  let nats: NatsServer;
  let clip: Speech;
  /** Long enough that a machine can end in the middle. */
  let twice: Speech;

  let masterKeyFile: string;

  beforeAll(async () => {
    nats = await startNats();
    const folder = mkdtempSync(join(tmpdir(), 'auscult-keys-'));
    masterKeyFile = join(folder, 'master.key');
    writeFileSync(masterKeyFile, newMasterKey());
    clip = await loadSpeech('jfk/jfk');
    twice = { ...clip, pcm: Buffer.concat([clip.pcm, clip.pcm]), text: `${clip.text} ${clip.text}` };
    return () => {
      rmSync(folder, { recursive: true });
    };
  });

  afterAll(async () => {
    await nats.stop();
  });

  const cluster = () => ['--cluster', nats.url];
  const startPooled = (...flags: readonly string[]) =>
    startRealServer('--inference', 'cluster', '--master-key-file', masterKeyFile, ...cluster(), ...flags);

  test('speech is heard on a machine, from a server that loads no model', { timeout: 240_000 }, async () => {
    const machine = startMachine(...cluster());
    const server = await startPooled();
    await machine;
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', keyterms: ['Okonkwo', 'metoprolol'] });
    await speak(client, clip.pcm, 1);
    await ended(client);
    expect(wordErrorRate(clip.text, transcriptOf(client))).toBeLessThan(CLEAR_SPEECH_WER);
    expect(server.workers()).toEqual([]);
    expect(await metric(server, 'auscult_pool_machines')).toBe(1);
    const sent = await metric(server, 'auscult_pool_sent_bytes_total');
    const received = await metric(server, 'auscult_pool_received_bytes_total');
    expect(sent + received).toBeLessThan(1.3 * clip.pcm.byteLength);
  });

  test.each<['SIGKILL' | 'SIGSTOP']>([['SIGKILL'], ['SIGSTOP']])(
    'every final comes, once, although a machine gets %s in the middle of an utterance',
    { timeout: 400_000 },
    async (signal) => {
      const machines = await Promise.all([startMachine(...cluster()), startMachine(...cluster())]);
      const server = await startPooled(...PATIENCE);
      await until(async () => (await metric(server, 'auscult_pool_machines')) === 2);
      const clients = await Promise.all([connectOptedIn(server.url), connectOptedIn(server.url)]);
      const spoken = clients.map((client) => speak(client, twice.pcm, 4));
      await Promise.all(clients.map((client) => client.next('transcription')));
      machines[0].signal(signal);
      await Promise.all(spoken);
      await Promise.all(clients.map(ended));
      for (const client of clients) expectWhole(client, twice);
      expect(await metric(server, 'auscult_pool_machines')).toBe(1);
    },
  );

  test('NATS is restarted in the middle', { timeout: 400_000 }, async () => {
    await startMachine(...cluster());
    const server = await startPooled();
    const client = await connectOptedIn(server.url);
    const spoken = speak(client, twice.pcm, 4);
    await client.next('transcription');
    await nats.kill();
    await until(async () => (await metric(server, 'auscult_pool_machines')) === 0);
    await nats.start();
    await spoken;
    await ended(client);
    expectWhole(client, twice);
  });

  test('recordings, and sessions by another model, are heard on machines', { timeout: 400_000 }, async () => {
    const refining = ['--refine', 'on-stop', '--refine-model', 'moonshine-tiny', ...PATIENCE];
    const [server] = await Promise.all([
      startPooled(...refining),
      startMachine(...cluster()),
      startMachine(...cluster(), '--model', 'moonshine-tiny'),
    ]);
    // The metric counts those for the model of live sessions.
    await until(async () => (await metric(server, 'auscult_pool_machines')) === 1);
    const client = await connectOptedIn(server.url);
    await speak(client, clip.pcm, 1);
    client.send({ type: 'stop' });
    await client.next('stopped');
    const { id } = await submit(server.url, await clipFile('jfk/jfk.flac'));
    expect(await inEnd(server.url, id)).toMatchObject({ status: 'done' });
    const { text } = (await (await result(server.url, id)).json()) as { text: string };
    expect(wordErrorRate(clip.text, text)).toBeLessThan(CLEAR_SPEECH_WER);
    const refined = await client.next('refined');
    expect(wordErrorRate(clip.text, refined.segments.map((segment) => segment.text).join(' '))).toBeLessThan(
      0.3,
    );
    expect(server.workers()).toEqual([]);
    client.socket.terminate();
  });

  test('a server that asks for the impossible ends no process', { timeout: 240_000 }, async () => {
    const machine = await startMachine(...cluster());
    const hostile = await linkToMachine(nats.url, 'hostile');
    const audio = scriptedJob(0, '').audio;
    const impossible: readonly object[] = [
      { prefix: [5, 40_000] },
      { draft: [40_000] },
      { prefix: Array.from({ length: 1_100 }, () => 5) },
      { audio: { ...audio, to: 100 } },
      { audio: { ...audio, to: 100 * 16_000, speed: 0.5 } },
    ];
    hostile.sendAudio('s', 100 * 16_000);
    for (const [id, changed] of impossible.entries())
      hostile.sendOrder({ type: 'job', job: scriptedJob(id, 's', changed) });
    for (const id of impossible.keys()) expect(await hostile.answerTo(id)).toMatchObject({ type: 'refused' });
    hostile.sendOrder({ type: 'job', job: scriptedJob(99, 's') });
    expect(await hostile.answerTo(99)).toMatchObject({ type: 'result' });
    expect(machine.output()).not.toContain('"event":"worker exited"');
  });

  test('a machine with another model is refused, and both sides say so', { timeout: 240_000 }, async () => {
    const other = await startMachine(...cluster(), '--model', 'moonshine-tiny');
    await startMachine(...cluster());
    const server = await startPooled();
    await until(() => server.output().includes('another model'));
    await until(() => other.output().includes('a server does not use this machine'));
    expect(await metric(server, 'auscult_pool_machines')).toBe(1);
  });
});

async function ended(client: Client): Promise<void> {
  client.send({ type: 'stop' });
  await client.next('stopped');
  onTestFinished(() => {
    client.socket.terminate();
  });
}

/** A lost utterance would be more than all other errors. */
function expectWhole(client: Client, { text }: Speech): void {
  const finals = client.all('transcription').filter(({ isFinal }) => isFinal);
  expect(finals.map(({ sequence }) => sequence)).toEqual(finals.map((_, index) => index));
  expect(wordErrorRate(text, transcriptOf(client))).toBeLessThan(CLEAR_SPEECH_WER);
}

async function metric({ url }: RealServer, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}
