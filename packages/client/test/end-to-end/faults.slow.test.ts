import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../server/test/support/free-port.js';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate, wordsOf } from '../../../server/test/support/speech.js';
import { until } from '../../../server/test/support/until.js';
import { createTranscriber, type Transcriber, type Transcript } from '../../src/node.js';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.js';
import { spoken } from '../support/spoken.js';

/** Times as fast as it was spoken: slow enough that text comes while there is still audio to send. */
const SPEED = 4;
const CHUNK = 1600;
const FLAGS = ['--workers', '1', '--shrink-context-under-load', 'false'];

describe('the text is nearly the same with', { timeout: 180_000 }, () => {
  let server: RealServer;
  let port: number;
  let samples: Int16Array;
  let expected: Transcript;

  beforeAll(async () => {
    port = await freePort();
    server = await spawnRealServer(...FLAGS, '--port', String(port));
    ({ samples } = await spoken('medical/MSK0001-opening'));
    samples = samples.subarray(0, 40 * 16_000);
    const { transcript } = await run(port, () => undefined);
    expected = transcript;
    return () => {
      server.signal('SIGKILL');
    };
  });

  test('broken connections', async () => {
    const { transcript, reconnects } = await runThroughProxy(async (proxy, chunk, transcriber) => {
      if (chunk % 60 !== 45) return;
      // What breaks while it is being made would not count.
      await until(() => transcriber.state.kind === 'listening');
      proxy.cut();
    });
    expect(reconnects).toBeGreaterThanOrEqual(4);
    expectTheSame(transcript);
  });

  test('delays, stalls and a network that is slower than speech', async () => {
    const { transcript } = await runThroughProxy((proxy, chunk) => {
      if (chunk === 20) proxy.delay(150);
      if (chunk % 100 === 50) proxy.stall(1500);
      if (chunk === 150) proxy.throttle(16_000 * SPEED);
      if (chunk === 300) proxy.throttle(Infinity);
    });
    expectTheSame(transcript);
  });

  test('a silent connection, which is replaced by another', async () => {
    const lost: string[] = [];
    const { transcript } = await runThroughProxy((proxy, chunk, transcriber) => {
      if (chunk !== 100) return;
      proxy.stall(3_600_000);
      transcriber.on('problem', ({ code }) => {
        lost.push(code);
        proxy.stall(0);
      });
    });
    expect(lost).toEqual(['connection_lost']);
    expectTheSame(transcript);
  });

  test('a server that is killed and restarted', async () => {
    let restarted: Promise<void> | undefined;
    const { transcript } = await run(port, (chunk) => {
      if (chunk === 150) restarted = restart();
    });
    await restarted;
    expectTheSame(transcript);
  });

  /** A final depends a little on which partials came before it, and those on time: a word may be another. */
  function expectTheSame({ text, segments, complete, lostSeconds, durationSeconds }: Transcript): void {
    expect({ complete, lostSeconds, durationSeconds }).toEqual({
      complete: true,
      lostSeconds: 0,
      durationSeconds: expected.durationSeconds,
    });
    expect(wordErrorRate(expected.text, text)).toBeLessThan(0.1);
    expect(Math.abs(wordsOf(text).length - wordsOf(expected.text).length)).toBeLessThan(6);
    segments.forEach(({ start, sequence }, index) => {
      expect(sequence).toBe(index);
      expect(start).toBeGreaterThanOrEqual(segments[index - 1]?.end ?? 0);
    });
  }

  async function restart(): Promise<void> {
    server.signal('SIGKILL');
    await server.exited;
    server = await spawnRealServer(...FLAGS, '--port', String(port));
  }

  async function runThroughProxy(
    fault: (proxy: FaultyProxy, chunk: number, transcriber: Transcriber) => void | Promise<void>,
  ): Promise<Awaited<ReturnType<typeof run>>> {
    const proxy = await startFaultyProxy(port);
    onTestFinished(() => proxy.close());
    return run(proxy.port, (chunk, transcriber) => fault(proxy, chunk, transcriber));
  }

  /** Speaks all audio; `onChunk` is called before each tenth of a second of it. */
  async function run(
    to: number,
    onChunk: (chunk: number, transcriber: Transcriber) => void | Promise<void>,
  ): Promise<{ readonly transcript: Transcript; readonly reconnects: number }> {
    const transcriber = createTranscriber({ url: `http://127.0.0.1:${to}` });
    let reconnects = 0;
    let wasConnected = false;
    transcriber.on('state', ({ kind }) => {
      if (kind === 'reconnecting' && wasConnected) reconnects += 1;
      wasConnected = kind === 'listening';
    });
    await transcriber.start(
      (async function* () {
        // On a machine with much to do the server may say that it is busy at first.
        await until(() => transcriber.state.kind === 'listening');
        for (let chunk = 0; chunk * CHUNK < samples.length; chunk++) {
          await onChunk(chunk, transcriber);
          yield samples.subarray(chunk * CHUNK, (chunk + 1) * CHUNK);
          await sleep(100 / SPEED);
        }
      })(),
    );
    return { transcript: await transcriber.stop(), reconnects };
  }
});
