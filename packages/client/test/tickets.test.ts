import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { until } from '../../server/test/support/until.js';
import { createTranscriber, TranscriberError, type TranscriberOptions } from '../src/node.js';
import { startFakeServer } from './support/fake-server.js';
import { spell, textOfWord } from './support/spelled-audio.js';
import { inChunks } from './support/spoken.js';

const { samples, words } = spell(Array.from({ length: 8 }, () => ({ length: 500, pause: 300 })));
const texts = words.map(textOfWord);

describe('with tickets', () => {
  test('each connection uses one of its own, also after a break', async () => {
    const server = await startFakeServer();
    let issued = 0;
    const transcriber = create({ url: server.url, ticket: () => Promise.resolve(`t${issued++}`) });
    cutOnce(server);
    await transcriber.start(inChunks(samples, 1600));
    const { segments } = await transcriber.stop();
    expect(segments.map(({ text }) => text)).toEqual(texts);
    expect(server.connections.map(({ ticket, isResume }) => [ticket, isResume])).toEqual([
      ['auscult.ticket.t0', false],
      ['auscult.ticket.t1', true],
    ]);
  });

  test('audio is kept when a login ends, and sent after the next login', async () => {
    const server = await startFakeServer();
    let isLoggedIn = true;
    let asked = 0;
    const transcriber = create({
      url: server.url,
      ticket: () => {
        asked++;
        return isLoggedIn ? Promise.resolve('t') : Promise.reject(unauthorized());
      },
    });
    server.onFrame = (taken) => {
      if (taken < 20_000 || !isLoggedIn || asked > 1) return;
      isLoggedIn = false;
      server.closeAll(4401, 'credential_expired', false);
    };
    await transcriber.start(inChunks(samples, 1600));
    await until(
      () => transcriber.state.kind === 'reconnecting' && transcriber.state.reason === 'unauthorized',
    );
    // Nobody knocks again and again with what has ended.
    expect(asked).toBe(2);
    transcriber.retryNow();
    await until(() => asked === 3 && transcriber.state.kind === 'reconnecting');
    isLoggedIn = true;
    transcriber.retryNow();
    const { segments, complete } = await transcriber.stop();
    expect({ texts: segments.map(({ text }) => text), complete }).toEqual({ texts, complete: true });
    expect(server.connections.at(-1)).toMatchObject({ isResume: true });
  });

  test('the recording starts without a login, and is sent after one', async () => {
    const server = await startFakeServer();
    let isLoggedIn = false;
    const transcriber = create({
      url: server.url,
      ticket: () => (isLoggedIn ? Promise.resolve('t') : Promise.reject(unauthorized())),
    });
    await transcriber.start(inChunks(samples, 1600));
    expect(transcriber.state).toMatchObject({ kind: 'reconnecting', reason: 'unauthorized' });
    isLoggedIn = true;
    transcriber.retryNow();
    expect((await transcriber.stop()).segments.map(({ text }) => text)).toEqual(texts);
  });

  test('a request for one that fails is tried again', async () => {
    const server = await startFakeServer();
    let failures = 2;
    const transcriber = create({
      url: server.url,
      ticket: () => (failures-- > 0 ? Promise.reject(new TypeError('offline')) : Promise.resolve('t')),
    });
    await transcriber.start(inChunks(samples, 1600));
    expect((await transcriber.stop()).segments.map(({ text }) => text)).toEqual(texts);
  });
});

test('a retry by the user does not wait for the next try', async () => {
  // The pauses are as long as they can be.
  vi.spyOn(Math, 'random').mockReturnValue(1);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const server = await startFakeServer();
  server.refusal = { closeCode: 1013, code: 'busy', retryable: true };
  const transcriber = create({ url: server.url });
  await transcriber.start(inChunks(samples, 1600));
  for (let attempt = 1; attempt < 8; attempt++) {
    await until(() => transcriber.state.kind === 'reconnecting' && transcriber.state.attempt === attempt);
    if (attempt === 7) server.refusal = undefined;
    transcriber.retryNow();
  }
  expect((await transcriber.stop()).complete).toBe(true);
});

function create(options: TranscriberOptions) {
  const transcriber = createTranscriber(options);
  onTestFinished(() => {
    transcriber.close();
  });
  return transcriber;
}

function cutOnce(server: Awaited<ReturnType<typeof startFakeServer>>): void {
  let isCut = false;
  server.onFrame = (taken) => {
    if (taken < 20_000 || isCut) return;
    isCut = true;
    server.cut();
  };
}

function unauthorized(): TranscriberError {
  return new TranscriberError({ code: 'unauthorized', message: 'Log in.' });
}
