import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../server/test/support/until.js';
import {
  createTranscriber,
  type Problem,
  type Transcriber,
  type TranscriberOptions,
  type TranscriberState,
} from '../src/node.js';
import { startFakeServer } from './support/fake-server.js';
import { spell, textOfWord } from './support/spelled-audio.js';
import { inChunks } from './support/spoken.js';

const { samples, words } = spell(Array.from({ length: 8 }, () => ({ length: 500, pause: 300 })));

describe('a server that refuses', () => {
  test.each([
    { closeCode: 4403, code: 'origin_not_allowed', problem: 'origin_not_allowed' },
    { closeCode: 4401, code: 'unauthenticated', problem: 'unauthorized' },
    { closeCode: 4499, code: 'something_new', problem: 'something_new' },
  ])('for good ($code) fails the start', async ({ closeCode, code, problem }) => {
    const server = await startFakeServer();
    server.refusal = { closeCode, code, retryable: false };
    const { transcriber, states, problems } = watched({ url: server.url });
    await expect(transcriber.start(inChunks(samples, 1600))).rejects.toMatchObject({ code: problem });
    expect(states).toEqual(['starting', 'failed']);
    expect(problems).toEqual([{ code: problem, message: `${code}: do this.` }]);
    await expect(transcriber.stop()).rejects.toMatchObject({ code: problem });
    expect(server.connections).toHaveLength(0);
  });

  test.each([
    { closeCode: 1013, code: 'busy', reason: 'busy' },
    { closeCode: 1013, code: 'too_many_sessions', reason: 'busy' },
    { closeCode: 1013, code: 'not_ready', reason: 'server-restarting' },
    { closeCode: 1001, code: 'draining', reason: 'server-restarting' },
  ])('for now ($code) is tried again while the recording goes on', async ({ closeCode, code, reason }) => {
    const server = await startFakeServer();
    server.refusal = { closeCode, code, retryable: true };
    const { transcriber, problems, states } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    expect(transcriber.state).toMatchObject({ kind: 'reconnecting', reason });
    expect(problems).toMatchObject([{ code }]);
    await until(() => {
      const { state } = transcriber;
      return state.kind === 'reconnecting' && state.attempt > 2 && state.bufferedSeconds > 0;
    });
    server.refusal = undefined;
    expect((await transcriber.stop()).segments.map(({ text }) => text)).toEqual(words.map(textOfWord));
    expect(problems).toHaveLength(1);
    expect(states.slice(-2)).toEqual(['stopping', 'stopped']);
  });

  test('because another client has taken the session over is not tried again', async () => {
    const server = await startFakeServer();
    server.onFrame = (taken) => {
      if (taken > 20_000) server.closeAll(4409, 'session_taken_over', false);
    };
    const { transcriber } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    await expect(transcriber.stop()).rejects.toMatchObject({ code: 'taken_over' });
    expect(transcriber.state).toMatchObject({ kind: 'failed', problem: { code: 'taken_over' } });
    expect(server.connections).toHaveLength(1);
  });
});

test('a partial without a final is withdrawn once its audio is settled', async () => {
  const server = await startFakeServer({ acknowledges: false });
  const { transcriber } = watched({ url: server.url });
  const partials: string[] = [];
  transcriber.on('partial', ({ text }) => partials.push(text));
  let taken = 0;
  server.onFrame = (samples) => (taken = samples);
  await transcriber.start(inChunks(new Int16Array(16_000), 1600));
  await until(() => taken >= 15_000);
  const partial = { type: 'transcription', isFinal: false, sequence: 0, confidence: 0.3, timestamp: '' };
  server.say(JSON.stringify({ ...partial, text: 'huh', start: 0.1, end: 0.4 }));
  server.say(JSON.stringify({ type: 'acknowledged', receivedSamples: 15_000, settledSeconds: 0.3 }));
  server.say(JSON.stringify({ ...partial, text: 'huh what', start: 0.1, end: 0.6 }));
  server.say(JSON.stringify({ type: 'acknowledged', receivedSamples: 15_000, settledSeconds: 0.7 }));
  await until(() => partials.length === 3);
  expect(partials).toEqual(['huh', 'huh what', '']);
  transcriber.close();
});

test('a partial whose words are dropped is withdrawn at once, with the reason', async () => {
  const server = await startFakeServer({ acknowledges: false });
  const { transcriber } = watched({ url: server.url });
  const told: unknown[] = [];
  transcriber.on('partial', ({ text }) => told.push(text));
  transcriber.on('final', ({ text }) => told.push(text));
  transcriber.on('dropped', (words) => told.push(words));
  let taken = 0;
  server.onFrame = (samples) => (taken = samples);
  await transcriber.start(inChunks(new Int16Array(16_000), 1600));
  await until(() => taken >= 15_000);
  const segment = {
    type: 'transcription',
    sequence: 0,
    confidence: 0.3,
    timestamp: '',
    start: 0.1,
    end: 0.4,
  };
  const dropped = { type: 'dropped', message: 'It was noise.', sequence: 0, start: 0.1, end: 0.4 };
  const said = [
    { ...segment, isFinal: false, text: 'huh' },
    { ...dropped, reason: 'invented' },
    { ...segment, isFinal: false, text: 'no' },
    { ...segment, isFinal: true, text: 'no no' },
    { ...segment, isFinal: false, sequence: 1, text: 'pain', end: 0.9 },
    { ...dropped, reason: 'repetition' },
    { type: 'dropped', reason: 'invented' },
  ];
  for (const message of said) server.say(JSON.stringify(message));
  await until(() => told.length >= 7);
  const words = { message: 'It was noise.', start: 0.1, end: 0.4 };
  expect(told).toEqual([
    'huh',
    '',
    { reason: 'invented', ...words },
    'no',
    'no no',
    'pain',
    { reason: 'repetition', ...words },
  ]);
  transcriber.close();
});

describe('a server that cannot be reached', () => {
  test('is tried again, without delaying the start', async () => {
    const { transcriber, problems } = watched({ url: 'http://127.0.0.1:9' });
    await transcriber.start(inChunks(samples, 1600));
    expect(transcriber.state).toMatchObject({ kind: 'reconnecting', reason: 'connection-lost' });
    expect(problems).toMatchObject([{ code: 'connection_lost' }]);
    const stopped = transcriber.stop();
    transcriber.close();
    await expect(stopped).rejects.toMatchObject({ code: 'closed' });
    expect(transcriber.state).toEqual({ kind: 'stopped' });
  });

  test('is tried at once when the computer is online again', async () => {
    const events = new EventTarget();
    vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
    vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
    // The pauses are as long as they can be.
    vi.spyOn(Math, 'random').mockReturnValue(1);
    onTestFinished(() => {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    });
    const server = await startFakeServer();
    server.refusal = { closeCode: 1013, code: 'busy', retryable: true };
    const { transcriber } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    for (let attempt = 1; attempt < 8; attempt++) {
      await until(() => transcriber.state.kind === 'reconnecting' && transcriber.state.attempt === attempt);
      if (attempt === 7) server.refusal = undefined;
      events.dispatchEvent(new Event('online'));
    }
    // The next try would have been ten seconds away.
    await transcriber.stop();
    expect(server.connections).toHaveLength(1);
  });
});

describe('invalid input', () => {
  test('from the server is ignored', async () => {
    const server = await startFakeServer();
    const { transcriber, problems } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    const frame = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          type: fc.constantFrom(
            'transcription',
            'ready',
            'acknowledged',
            'stopped',
            'speech',
            'refined',
            'resumed',
            'toString',
            'new',
          ),
          text: fc.anything(),
          sequence: fc.anything(),
          receivedSamples: fc.anything(),
          segments: fc.anything(),
          limits: fc.anything(),
        })
        .map((message) => JSON.stringify(message)),
    );
    for (const each of fc.sample(frame, 500)) server.say(each);
    expect((await transcriber.stop()).segments.map(({ text }) => text)).toEqual(words.map(textOfWord));
    expect(problems).toEqual([]);
  });

  test('in the options is reported at once', () => {
    expect(() => createTranscriber({ url: 'not an address' })).toThrow(/http:\/\/host:port/);
    expect(() => createTranscriber()).toThrow(/Give the address/);
    expect(() => createTranscriber({ url: 'http://127.0.0.1', bufferMinutes: 0 })).toThrow(/above 0/);
  });

  test('of a sample rate fails the start', async () => {
    const { transcriber } = watched({ url: 'http://127.0.0.1:9' });
    await expect(transcriber.start(inChunks(samples, 1600), { sampleRate: 7 })).rejects.toMatchObject({
      code: 'invalid_options',
    });
  });
});

describe('the source', () => {
  test('that fails is reported, and its audio until then is transcribed', async () => {
    const server = await startFakeServer();
    const { transcriber, problems } = watched({ url: server.url });
    const broken = (async function* () {
      yield* inChunks(samples, 1600);
      throw new Error('the tape is torn');
    })();
    await transcriber.start(broken);
    await expect(transcriber.stop()).rejects.toMatchObject({ code: 'source_failed' });
    expect(problems).toMatchObject([{ code: 'source_failed' }]);
    expect(transcriber.transcript.segments.map(({ text }) => text)).toEqual(words.map(textOfWord));
  });

  test('that is paused is finalized, and a stop then leaves out the rest', async () => {
    const server = await startFakeServer();
    const { transcriber, states } = watched({ url: server.url });
    const [first, rest] = [samples.subarray(0, 20 * 1600), samples.subarray(20 * 1600)];
    await transcriber.start(
      (async function* () {
        yield* inChunks(first, 1600);
        transcriber.pause();
        yield rest;
      })(),
    );
    await until(() => server.connections[0]?.messages.some(({ type }) => type === 'finalize') ?? false);
    const transcript = await transcriber.stop();
    expect(transcript.durationSeconds).toBe(2);
    expect(states).toContain('paused');
  });

  test('waits while the buffer in memory is full', async () => {
    const server = await startFakeServer();
    server.refusal = { closeCode: 1013, code: 'busy', retryable: true };
    let given = 0;
    const { transcriber } = watched({ url: server.url, bufferMinutes: 0.05 });
    await transcriber.start(
      (async function* () {
        for await (const chunk of inChunks(samples, 1600)) {
          given += chunk.length;
          yield chunk;
        }
      })(),
    );
    await until(() => transcriber.state.kind === 'reconnecting' && transcriber.state.attempt > 3);
    expect(given).toBeLessThan(4 * 16_000);
    server.refusal = undefined;
    const transcript = await transcriber.stop();
    expect(transcript).toMatchObject({ lostSeconds: 0, durationSeconds: samples.length / 16_000 });
    expect(transcript.segments.map(({ text }) => text)).toEqual(words.map(textOfWord));
  });

  test('that is muted gives silence, and time goes on', async () => {
    const server = await startFakeServer();
    const { transcriber } = watched({ url: server.url });
    transcriber.mute(true);
    await transcriber.start(inChunks(samples, 1600));
    expect(await transcriber.stop()).toMatchObject({ text: '', durationSeconds: samples.length / 16_000 });
  });
});

test('a connection is closed with 1000 when its work is done', async () => {
  const server = await startFakeServer();
  const { transcriber } = watched({ url: server.url, webSocket: WebSocket });
  await transcriber.start(inChunks(samples, 1600));
  await transcriber.stop();
  await until(() => server.connections[0]?.closeCode() !== undefined);
  expect(server.connections[0]?.closeCode()).toBe(1000);
});

function watched(options: TranscriberOptions): {
  readonly transcriber: Transcriber;
  readonly states: readonly TranscriberState['kind'][];
  readonly problems: readonly Problem[];
} {
  const transcriber = createTranscriber(options);
  onTestFinished(() => {
    transcriber.close();
  });
  const states: TranscriberState['kind'][] = [];
  const problems: Problem[] = [];
  transcriber.on('state', ({ kind }) => states.push(kind));
  transcriber.on('problem', (problem) => problems.push(problem));
  return { transcriber, states, problems };
}
