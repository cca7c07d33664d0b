import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTranscriber } from '../../../client/src/node.js';
import { freePort } from '../support/free-port.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, type Speech } from '../support/speech.js';

interface RecordBody {
  readonly endedAt?: string;
  readonly segments: readonly {
    readonly versions: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  }[];
}

/** Enough for several finals before and after the restart. */
const HEARD_SECONDS = 45;
const SAMPLE_RATE = 16_000;

/** Two servers start, one after the other, and less than a minute of speech is heard. */
const TIMEOUT_MS = 400_000;

let interview: Speech;
beforeAll(async () => {
  interview = await loadSpeech('medical/MSK0001-opening');
});

describe('a session whose server is restarted', { timeout: TIMEOUT_MS }, () => {
  test.for(['SIGKILL', 'SIGTERM'] as const)('goes on after %s, with every word once', async (signal) => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-restarted-'));
    onTestFinished(() => {
      rmSync(dataDirectory, { recursive: true, force: true });
    });
    const port = await freePort();
    const first = await start(dataDirectory, port);
    let server = first;
    let finals = 0;
    let restarting: Promise<void> | undefined;
    const restart = async (): Promise<void> => {
      first.signal(signal);
      await first.exited;
      server = await start(dataDirectory, port);
    };
    const transcriber = createTranscriber({ url: first.url });
    transcriber.on('final', () => {
      finals += 1;
      if (finals === 3) restarting = restart();
    });
    await transcriber.start(paced(interview, () => restarting));
    const transcript = await transcriber.stop();
    await restarting;

    expect(finals).toBeGreaterThan(6);
    expect(transcript).toMatchObject({ complete: true, lostSeconds: 0 });
    expect(first.output()).not.toContain('drain ran out of time');
    const sessions = await sessionsOf(server);
    expect(sessions).toHaveLength(1);
    expect(server.output()).toContain('session goes on here');
    const record = await recordOf(server, sessions[0] ?? '');
    const said = record.segments.map(({ versions }) => versions[0]);
    expect(said.map((version) => version?.text)).toEqual(transcript.segments.map(({ text }) => text));
    said.slice(1).forEach((version, index) => {
      expect(version?.start).toBeGreaterThanOrEqual(said[index]?.end ?? 0);
    });
  });
});

async function start(dataDirectory: string, port: number): Promise<RealServer> {
  const server = await spawnRealServer(
    ...['--data-directory', dataDirectory, '--workers', '1', '--port', String(port)],
  );
  onTestFinished(() => {
    server.signal('SIGKILL');
  });
  return server;
}

/** The speech in pieces of 100 ms, a little faster than it was spoken, and no more while a restart is being waited for. */
async function* paced(
  { pcm }: Speech,
  pause: () => Promise<void> | undefined,
): AsyncGenerator<Int16Array<ArrayBuffer>> {
  const samples = new Int16Array(pcm.slice().buffer).subarray(0, HEARD_SECONDS * SAMPLE_RATE);
  for (let at = 0; at < samples.length; at += 1600) {
    yield samples.slice(at, at + 1600);
    await sleep(60);
    await pause();
  }
}

async function sessionsOf({ url }: RealServer): Promise<readonly string[]> {
  const answer = await fetch(`${url}/api/v1/sessions`);
  const { sessions } = (await answer.json()) as { sessions: readonly { id: string }[] };
  return sessions.map(({ id }) => id);
}

async function recordOf({ url }: RealServer, id: string): Promise<RecordBody> {
  return (await (await fetch(`${url}/api/v1/sessions/${id}`)).json()) as RecordBody;
}
