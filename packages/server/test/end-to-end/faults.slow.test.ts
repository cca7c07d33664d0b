import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connect, connectOptedIn, type Client } from '../support/client.js';
import { spawnRealServer, startRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, transcriptOf, wordErrorRate, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';

const READ_WER = 0.15;
/** Another batch or a new window changes which unclear words are wrong, but not how many. A lost utterance is more. */
const AS_GOOD_WER = 0.05;

/** Long enough to recognise everything before the process ends, however busy the machine is. */
const UNHURRIED = ['--drain-seconds', '300'];

let read: Speech;
let interview: Speech;
/** The finals of the interview that an undisturbed client receives. */
let expected: readonly string[];
/** Its word error rate, against what is spoken. */
let undisturbedWer: number;
let server: RealServer;
beforeAll(async () => {
  read = await loadSpeech('jfk/jfk');
  interview = await loadSpeech('medical/MSK0001-opening');
  server = await spawnRealServer('--worker-timeout-seconds', '5', '--max-final-delay-seconds', '60');
  const client = await connectOptedIn(server.url, { cleanUp: () => undefined });
  await speak(client, interview.pcm, 8);
  client.send({ type: 'stop' });
  await client.next('stopped');
  expected = finalsOf(client);
  undisturbedWer = wordErrorRate(interview.text, transcriptOf(client));
  client.socket.close();
  return () => server.signal('SIGKILL');
});

describe('an inference process', () => {
  test.each<[string, NodeJS.Signals, string]>([
    ['that is killed', 'SIGKILL', '"reason":"crash"'],
    ['that hangs', 'SIGSTOP', '"reason":"hung"'],
  ])('%s during speech costs no final', { timeout: 180_000 }, async (_name, signal, reason) => {
    const clients = [await connectOptedIn(server.url), await connectOptedIn(server.url)];
    const speaking = Promise.all(clients.map((client) => speak(client, interview.pcm, 4)));
    for (let round = 1; round <= 2; round++) {
      await until(() => clients.every((client) => finalsOf(client).length >= round * 3));
      const victims = server.workers();
      for (const pid of victims) process.kill(pid, signal);
      await until(() => victims.every((pid) => !server.workers().includes(pid)));
    }
    await speaking;
    for (const client of clients) {
      client.send({ type: 'stop' });
      await client.next('stopped');
      expect(client.all('error')).toEqual([]);
      expect(finalsOf(client)).toHaveLength(expected.length);
      expect(wordErrorRate(interview.text, transcriptOf(client))).toBeLessThan(undisturbedWer + AS_GOOD_WER);
    }
    expect(server.output()).toContain(reason);
  });
});

describe('SIGTERM', () => {
  test('sends every session the finals of its audio, then closes with 1001 and exits with 0', async () => {
    const server = await startRealServer('--workers', '2', '--max-buffered-seconds', '60', ...UNHURRIED);
    const clients = await Promise.all([connect(server.url), connectOptedIn(server.url), connect(server.url)]);
    for (const client of clients) client.send(read.pcm.subarray(0, read.pcm.length - 32_000));
    await until(async () => (await audioReceived(server)) > 3 * (read.seconds - 1.1));
    server.signal('SIGTERM');

    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1001, 1001, 1001]);
    expect(await server.exited).toBe(0);
    for (const client of clients)
      expect(wordErrorRate(read.text, transcriptOf(client))).toBeLessThan(READ_WER);
  });

  test(
    'under load loses no words when the rest is sent to the next server',
    { timeout: 180_000 },
    async () => {
      const first = await startRealServer('--workers', '2', ...UNHURRIED);
      const before = await Promise.all(Array.from({ length: 4 }, () => connectOptedIn(first.url)));
      const speaking = before.map((client) => speak(client, interview.pcm, 2));
      await until(() => before.every((client) => finalsOf(client).length >= 3));
      first.signal('SIGTERM');
      await Promise.all(speaking);
      expect(await first.exited).toBe(0);

      const second = await startRealServer(
        '--workers',
        '2',
        '--max-final-delay-seconds',
        '60',
        '--max-buffered-seconds',
        '90',
      );
      await Promise.all(
        before.map(async (client) => {
          const next = await connectOptedIn(second.url);
          await speak(next, interview.pcm.subarray(2 * Math.round(settledSeconds(client) * 16_000)), 10);
          next.send({ type: 'stop' });
          await next.next('stopped');
          const heard = `${transcriptOf(client)} ${transcriptOf(next)}`;
          expect(wordErrorRate(interview.text, heard)).toBeLessThan(undisturbedWer + AS_GOOD_WER);
        }),
      );
    },
  );

  test('twice ends the process at once', async () => {
    const server = await startRealServer('--workers', '1', '--drain-seconds', '600');
    const [worker] = server.workers();
    // A signal to 0 would reach the tests themselves.
    if (worker === undefined) throw new Error('there is no inference process');
    const client = await connect(server.url);
    client.send(read.pcm);
    await until(async () => (await audioReceived(server)) > 5);
    process.kill(worker, 'SIGSTOP');
    onTestFinished(() => void process.kill(worker, 'SIGKILL'));
    server.signal('SIGTERM');
    await until(() => server.output().includes('draining'));
    server.signal('SIGTERM');
    expect(await server.exited).toBe(128 + 15);
  });
});

function finalsOf(client: Client): readonly string[] {
  return client.all('transcription').flatMap(({ isFinal, text }) => (isFinal ? [text] : []));
}

/** Everything before this moment has come back as text, seconds. */
function settledSeconds(client: Client): number {
  return client.all('transcription').findLast(({ isFinal }) => isFinal)?.end ?? 0;
}

async function audioReceived({ url }: RealServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^auscult_audio_seconds_total (.*)$/m.exec(text)?.[1] ?? 0);
}
