import { describe, expect, onTestFinished, test } from 'vitest';
import { startScriptedServer } from '../../../server/test/support/scripted-server.js';
import {
  correctOverHttp,
  readRecord,
  speakersOfWords,
  streamOf,
} from '../../../server/test/support/told-speakers.js';
import { until } from '../../../server/test/support/until.js';
import { createTranscriber, turnsOf, type Transcriber, type TranscriberOptions } from '../../src/node.js';
import { startFaultyProxy } from '../support/faulty-proxy.js';

const PATIENCE = { timeout: 60_000 };

describe('who speaks, with a real server', () => {
  test('is the same in the transcript and in the record, although the connection breaks time and again', async () => {
    const server = await startScriptedServer();
    const proxy = await startFaultyProxy(Number(new URL(server.url).port));
    onTestFinished(() => proxy.close());
    const { transcriber, end } = await listening({ url: `http://127.0.0.1:${proxy.port}` });
    const stream = await streamOf(server, 4);
    stream.say([0, 'Where does it hurt?'], [1, 'Here.'], [2, 'Right here.']);
    await until(() => transcriber.transcript.segments.length === 1);
    const steps = [
      () => {
        transcriber.identify({ assign: [{ sequence: 0, words: [0, 1], speaker: 3 }] });
      },
      () => {
        transcriber.identify({ merge: [{ from: 2, into: 1 }], name: [{ speaker: 1, name: 'Ms. Okafor' }] });
      },
      () => {
        stream.findSpeakers({
          revised: [{ sequence: 0, start: 0, end: 4, speaker: 0, confidence: 0.8 }],
          settledSeconds: 4,
        });
      },
      () => {
        transcriber.identify({ merge: [{ from: 3, into: 0 }], name: [{ speaker: 0, role: 'clinician' }] });
      },
      () => {
        transcriber.identify({ assign: [{ sequence: 0, words: [4, 6], speaker: 1 }] });
      },
    ];
    for (const step of steps) {
      proxy.cut();
      step();
      await until(() => transcriber.state.kind === 'listening');
    }
    end();
    const { segments } = await transcriber.stop();
    expect(turnsOf(segments).slice(0, 2)).toMatchObject([
      { speaker: 0, text: 'Where does it hurt?' },
      { speaker: 1, text: 'Here. Right here.' },
    ]);
    const id = await sessionOf(server.url);
    await expect
      .poll(async () => speakersOfWords(await readRecord(server, id))[0], PATIENCE)
      .toEqual([0, 0, 0, 0, 1, 1, 1]);
    expect((await readRecord(server, id)).speakers).toMatchObject([
      { speaker: 0, role: 'clinician' },
      { speaker: 1, name: 'Ms. Okafor' },
    ]);
  });

  test('can be corrected in the record after the end', async () => {
    const server = await startScriptedServer();
    const told: number[] = [];
    const { transcriber, end } = await listening({
      url: server.url,
      correctRecord: async (id, corrections) => {
        told.push((await correctOverHttp(server, id, corrections)).status);
      },
    });
    const stream = await streamOf(server, 4);
    stream.say([0, 'Where does it hurt?'], [1, 'Here.']);
    await until(() => transcriber.transcript.segments.length === 1);
    end();
    await transcriber.stop();
    transcriber.identify({ assign: [{ sequence: 0, words: [4, 4], speaker: 0 }] });
    transcriber.identify({ name: [{ speaker: 0, name: 'Dr. Moreau' }] });
    await until(() => told.length === 2);
    expect(told).toEqual([200, 200]);
    const record = await readRecord(server, await sessionOf(server.url));
    expect(speakersOfWords(record)[0]).toEqual([0, 0, 0, 0, 0]);
    expect(record.speakers).toMatchObject([{ speaker: 0, name: 'Dr. Moreau' }]);
  });
});

/** A transcriber to which nothing is said but what the test says, until it calls `end`. */
async function listening(
  options: TranscriberOptions,
): Promise<{ readonly transcriber: Transcriber; readonly end: () => void }> {
  const transcriber = createTranscriber({ speakers: 'auto', ...options });
  const over = new AbortController();
  onTestFinished(() => {
    over.abort();
    transcriber.close();
  });
  await transcriber.start(
    (async function* () {
      yield new Int16Array(4 * 16_000);
      while (!over.signal.aborted) {
        yield new Int16Array(1600);
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      }
    })(),
  );
  return {
    transcriber,
    end: () => {
      over.abort();
    },
  };
}

async function sessionOf(url: string): Promise<string> {
  const { sessions } = (await (await fetch(`${url}/api/v1/sessions`)).json()) as {
    sessions: readonly { id: string }[];
  };
  return sessions[0]?.id ?? '';
}
