import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTranscriber, type Transcript, type TranscriberOptions } from '../src/node.js';
import { startFakeServer, type FakeServer } from './support/fake-server.js';
import { startFaultyProxy } from './support/faulty-proxy.js';
import { spell, textOfWord, type SpelledWord } from './support/spelled-audio.js';
import { inChunks } from './support/spoken.js';

const utterance = fc.record({
  length: fc.integer({ min: 60, max: 1500 }),
  pause: fc.integer({ min: 200, max: 900 }),
});
const speech = fc.array(utterance, { minLength: 1, maxLength: 25 }).map(spell);
const fault = fc.record({
  /** Samples that the server takes on a connection before. */
  after: fc.integer({ min: 0, max: 120_000 }),
  kind: fc.constantFrom('cut', 'restart', 'busy', 'draining', 'idle', 'forgotten'),
});
const faults = fc.array(fault, { maxLength: 6 });

describe('words come once each, and whole', () => {
  // Without the pauses between two tries, which other tests hold to their bounds.
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.for([
    { server: 'that keeps sessions', options: {} },
    { server: 'that keeps none', options: { resumes: false } },
    { server: 'that keeps none and acknowledges nothing', options: { resumes: false, acknowledges: false } },
  ])('with a server $server, whatever faults occur', async ({ options }) => {
    await fc.assert(
      fc.asyncProperty(speech, faults, async ({ samples, words }, plan) => {
        const server = await startFakeServer(options);
        inject(plan, server);
        const transcript = await transcribe(server, samples);
        expectWords(transcript, undefined, words);
        expect(transcript).toMatchObject({ complete: true, lostSeconds: 0 });
      }),
      { numRuns: 25 },
    );
  });

  test('except those that the speaker takes back, whatever connection breaks', async () => {
    const scratches = [2, 5, 6, 9];
    await fc.assert(
      fc.asyncProperty(speech, faults, async ({ samples, words }, plan) => {
        const server = await startFakeServer({ scratches });
        inject(
          plan.filter(({ kind }) => kind === 'cut' || kind === 'draining'),
          server,
        );
        const { segments } = await transcribe(server, samples);
        expect(segments.map(({ text }) => text)).toEqual(words.reduce(withoutScratched, []).map(textOfWord));

        function withoutScratched(before: readonly SpelledWord[], word: SpelledWord): readonly SpelledWord[] {
          return scratches.includes(word.number) ? before.slice(0, -1) : [...before, word];
        }
      }),
      { numRuns: 25 },
    );
  });

  test('in two channels, one of which is settled before the other', async () => {
    await fc.assert(
      fc.asyncProperty(speech, speech, faults, async (left, right, plan) => {
        const server = await startFakeServer();
        inject(plan, server);
        const transcript = await transcribe(server, interleave(left.samples, right.samples), { channels: 2 });
        expectWords(transcript, 0, left.words);
        expectWords(transcript, 1, right.words);
      }),
      { numRuns: 25 },
    );
  });
});

describe('through a network that cuts, stalls, delays and slows down', () => {
  test('words come once each, and whole', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.01);
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const server = await startFakeServer();
    const proxy = await startFaultyProxy(Number(new URL(server.url).port));
    onTestFinished(() => proxy.close());
    const { samples, words } = spell(
      Array.from({ length: 60 }, (_, index) => ({ length: 200 + 37 * (index % 11), pause: 250 })),
    );
    const transcriber = createTranscriber({ url: `http://127.0.0.1:${proxy.port}` });
    let cuts = 0;
    await transcriber.start(
      (async function* () {
        let chunk = 0;
        for await (const piece of inChunks(samples, 800)) {
          chunk += 1;
          if (chunk % 40 === 30) {
            // However slow the machine is, each cut hits a connection that the server knows.
            await vi.waitFor(() => {
              expect(server.connections.length).toBeGreaterThan(cuts);
            }, 10_000);
            proxy.cut();
            cuts += 1;
          }
          if (chunk % 90 === 60) proxy.stall(200);
          if (chunk === 100) proxy.delay(40);
          if (chunk === 200) proxy.throttle(500_000);
          if (chunk === 400) proxy.throttle(250_000);
          await sleep(4);
          yield piece;
        }
      })(),
    );
    expectWords(await transcriber.stop(), undefined, words);
    expect(cuts).toBeGreaterThanOrEqual(8);
    expect(server.connections.length).toBeGreaterThan(cuts);
  });
});

function inject(plan: readonly { after: number; kind: string }[], server: FakeServer): void {
  const waiting = [...plan];
  server.onFrame = (taken) => {
    const [next] = waiting;
    if (!next || taken < next.after) return;
    waiting.shift();
    switch (next.kind) {
      case 'cut':
        server.cut();
        break;
      case 'draining':
        server.closeAll(1001, 'draining', true);
        break;
      case 'idle':
        server.closeAll(4408, 'idle_timeout', true);
        break;
      case 'forgotten':
        server.closeAll(4410, 'resume_refused', false);
        break;
      case 'busy':
        server.refusal = { closeCode: 1013, code: 'busy', retryable: true };
        setTimeout(() => (server.refusal = undefined), 5);
        server.cut();
        break;
      case 'restart':
        server.restart();
    }
  };
}

async function transcribe(
  server: FakeServer,
  samples: Int16Array,
  options: TranscriberOptions = {},
): Promise<Transcript> {
  const transcriber = createTranscriber({ url: server.url, ...options });
  await transcriber.start(inChunks(samples, 1600));
  return transcriber.stop();
}

function expectWords(
  { segments }: Transcript,
  channel: number | undefined,
  words: readonly SpelledWord[],
): void {
  const heard = segments.filter((segment) => segment.channel === channel);
  expect(heard.map(({ text, start, end, sequence }) => ({ text, start, end, sequence }))).toEqual(
    words.map((word, sequence) => ({
      text: textOfWord(word),
      start: word.start / 16_000,
      end: word.end / 16_000,
      sequence,
    })),
  );
}

function interleave(left: Int16Array, right: Int16Array): Int16Array {
  const both = new Int16Array(2 * Math.max(left.length, right.length));
  left.forEach((sample, index) => (both[2 * index] = sample));
  right.forEach((sample, index) => (both[2 * index + 1] = sample));
  return both;
}
