import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../server/test/support/until.js';
import {
  createTranscriber,
  type SpeakersUpdate,
  type Transcriber,
  type TranscriberOptions,
} from '../src/node.js';
import { startFakeServer, type FakeServer } from './support/fake-server.js';
import { spell } from './support/spelled-audio.js';

const { samples } = spell(Array.from({ length: 3 }, () => ({ length: 400, pause: 300 })));

describe('a transcriber that tells speakers apart', () => {
  test('asks for speakers and words, and applies what the server says of them to its transcript', async () => {
    const server = await startFakeServer();
    const { transcriber, updates } = await listening(server);
    expect(server.connections[0]?.messages[0]).toMatchObject({ type: 'configure', speakers: 2, words: true });
    server.say(speakers([{ sequence: 1, words: [0, 9], speaker: 1 }], [{ speaker: 0 }, { speaker: 1 }], 1.5));
    await until(() => updates.length === 1);
    const { segments, speakers: known } = transcriber.transcript;
    expect(segments.map(({ speaker }) => speaker)).toEqual([undefined, 1, undefined]);
    expect(known).toEqual([{ speaker: 0 }, { speaker: 1 }]);
    expect(updates[0]).toEqual({ revised: [segments[1]], speakers: known, settledSeconds: 1.5 });
  });

  test('keeps what a person said when the server says otherwise', async () => {
    const server = await startFakeServer();
    const { transcriber, updates } = await listening(server);
    server.say(speakers([], [{ speaker: 0, suggestedRole: 'clinician' }, { speaker: 1 }]));
    await until(() => updates.length === 1);
    transcriber.identify({
      assign: [{ sequence: 0, speaker: 1 }],
      name: [{ speaker: 0, name: 'Dr. Moreau', role: 'clinician' }],
    });
    expect(updates[1]?.revised).toMatchObject([{ sequence: 0, speaker: 1 }]);
    server.say(speakers([{ sequence: 0, words: [0, 9], speaker: 0 }], [{ speaker: 0 }, { speaker: 1 }]));
    await until(() => updates.length === 3);
    expect(transcriber.transcript.segments[0]).toMatchObject({ speaker: 1 });
    expect(transcriber.transcript.speakers).toEqual([
      { speaker: 0, name: 'Dr. Moreau', role: 'clinician' },
      { speaker: 1 },
    ]);
  });

  test('sends corrections that a broken connection may have lost again, in order', async () => {
    const server = await startFakeServer();
    const { transcriber, updates } = await listening(server);
    server.say(speakers([], [{ speaker: 0 }, { speaker: 1 }]));
    await until(() => updates.length === 1);
    const corrections = ['A', 'B', 'C'].map((name) => ({ name: [{ speaker: 0, name }] }));
    // Without audio behind them, nothing tells that these have arrived.
    for (const correction of corrections.slice(0, 2)) transcriber.identify(correction);
    await until(() => identifiedOn(server, 0).length === 2);
    server.cut();
    await until(() => transcriber.state.kind === 'reconnecting');
    for (const correction of corrections.slice(2)) transcriber.identify(correction);
    await until(() => identifiedOn(server, 1).length === 3);
    expect(server.connections[1]).toMatchObject({ isResume: true });
    expect(identifiedOn(server, 1)).toEqual(corrections.map((each) => ({ type: 'identify', ...each })));
  });

  test('goes on with its speakers in a new session, and corrects the record of the lost one', async () => {
    const server = await startFakeServer();
    const recorded: unknown[] = [];
    const { transcriber, updates } = await listening(server, {
      correctRecord: (id, corrections) => {
        recorded.push([typeof id, corrections]);
        return Promise.resolve();
      },
    });
    server.say(speakers([], [{ speaker: 0 }, { speaker: 1 }]));
    await until(() => updates.length === 1);
    server.restart();
    await until(() => transcriber.state.kind === 'reconnecting');
    const [assign, name] = [[{ sequence: 2, speaker: 1 }], [{ speaker: 1, name: 'Ms. Okafor' }]];
    transcriber.identify({ assign, name });
    await until(() =>
      server.connections.some(
        ({ messages }) => messages[0]?.type === 'configure' && 'continues' in messages[0],
      ),
    );
    await until(() => server.connections.some((_, index) => identifiedOn(server, index).length > 0));
    expect(identifiedOn(server, server.connections.length - 1)).toEqual([{ type: 'identify', name }]);
    expect(recorded).toEqual([['string', { assign, name }]]);
    // The lost session has the first three finals, and the next counts its own from 0.
    const [lost, next] = [2, 3].map((sequence) => transcriber.recordOf({ sequence }));
    expect([lost?.sequence, next?.sequence]).toEqual([2, 0]);
    expect(lost?.sessionId).not.toBe(next?.sessionId);
  });
});

/** A transcriber that has the text of three words, and goes on. */
async function listening(
  server: FakeServer,
  options: TranscriberOptions = {},
): Promise<{ readonly transcriber: Transcriber; readonly updates: readonly SpeakersUpdate[] }> {
  const transcriber = createTranscriber({ url: server.url, speakers: 2, ...options });
  const updates: SpeakersUpdate[] = [];
  transcriber.on('speakers', (update) => updates.push(update));
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  onTestFinished(() => {
    transcriber.close();
    end();
  });
  await transcriber.start(
    (async function* () {
      yield samples;
      await ended;
    })(),
  );
  await until(() => transcriber.transcript.segments.length === 3);
  return { transcriber, updates };
}

function speakers(revised: readonly object[], known: readonly object[], settledSeconds = 0): string {
  return JSON.stringify({ type: 'speakers', revised, speakers: known, settledSeconds });
}

function identifiedOn(server: FakeServer, connection: number): readonly object[] {
  return (server.connections[connection]?.messages ?? []).filter(({ type }) => type === 'identify');
}
