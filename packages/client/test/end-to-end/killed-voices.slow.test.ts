import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../server/test/support/free-port.js';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { until } from '../../../server/test/support/until.js';
import { createTranscriber, type Segment, type Transcriber } from '../../src/node.js';
import { spoken } from '../support/spoken.js';

/** Two servers start, one after the other, and hear a minute of speech. */
const TIMEOUT_MS = 600_000;

/** Two readers at one microphone, who take turns. */
const VOICES = ['librispeech/1089-134686-0000', 'librispeech/1998-15444-0006'];
const TURNS = [0, 1, 0, 1, 0, 1];

/** The turn in the middle of which the server is killed. */
const KILLED_IN = 3;

const RATE = 16_000;
const CHUNK = RATE / 10;

/** Where a turn is, seconds. */
interface Spoken {
  readonly start: number;
  readonly end: number;
}

test(
  'two people at one microphone keep their numbers and names when the server is killed while one speaks',
  { timeout: TIMEOUT_MS },
  async () => {
    const clips = await Promise.all(VOICES.map((id) => spoken(id)));
    const port = await freePort();
    const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-killed-'));
    onTestFinished(() => {
      rmSync(dataDirectory, { recursive: true, force: true });
    });
    let server = await start(port, dataDirectory);
    let restarted: Promise<void> | undefined;
    const kill = async (): Promise<void> => {
      server.signal('SIGKILL');
      await server.exited;
      server = await start(port, dataDirectory);
    };

    const transcriber = createTranscriber({
      url: `http://127.0.0.1:${port}`,
      speakers: 2,
      words: true,
    });
    const problems: string[] = [];
    transcriber.on('problem', ({ code }) => problems.push(code));
    const turns: Spoken[] = [];
    let before: readonly number[] = [];
    let sent = 0;
    const given = (samples: Int16Array): Int16Array => {
      sent += samples.length;
      return samples;
    };
    await transcriber.start(
      (async function* () {
        await until(() => transcriber.state.kind === 'listening');
        for (const [turn, voice] of TURNS.entries()) {
          const { samples } = clips[voice] ?? { samples: new Int16Array() };
          const start = sent / RATE;
          for (let at = 0; at < samples.length; at += CHUNK) {
            if (turn === KILLED_IN && at < samples.length / 2 && at + CHUNK >= samples.length / 2)
              restarted = kill();
            yield given(samples.subarray(at, at + CHUNK));
          }
          turns.push({ start, end: sent / RATE });
          await restarted;
          // Whoever answers waits until the other one was understood.
          while (!isHeard(transcriber, start)) {
            yield given(new Int16Array(CHUNK));
            await sleep(100);
          }
          if (turn !== KILLED_IN - 1) continue;
          before = turns.map((one) => mostlySaidBy(transcriber.transcript.segments, one) ?? -1);
          transcriber.identify({ name: [{ speaker: before[0] ?? -1, name: 'Dr. Lee' }] });
        }
      })(),
    );
    const { segments, speakers, complete } = await transcriber.stop();

    const [doctor = -1, patient = -1] = before;
    expect(doctor).not.toBe(patient);
    expect(turns.map((turn) => mostlySaidBy(segments, turn))).toEqual(
      TURNS.map((voice) => (voice === 0 ? doctor : patient)),
    );
    expect(speakers).toHaveLength(2);
    expect(speakers).toContainEqual(expect.objectContaining({ speaker: doctor, name: 'Dr. Lee' }));
    expect(complete).toBe(true);
    expect(problems).not.toContain('speakers_not_continued');
  },
);

async function start(port: number, dataDirectory: string): Promise<RealServer> {
  const flags = ['--workers', '1', '--data-directory', dataDirectory, '--port', String(port)];
  const server = await spawnRealServer(...flags);
  onTestFinished(() => {
    server.signal('SIGKILL');
  });
  return server;
}

/** Whether there is a final of what was said from `start` on. */
function isHeard({ transcript }: Transcriber, start: number): boolean {
  return transcript.segments.some(({ end }) => end > start + 1);
}

/** The number that most words of a turn have. */
function mostlySaidBy(segments: readonly Segment[], turn: Spoken): number | undefined {
  const counts = new Map<number | undefined, number>();
  for (const { words = [] } of segments)
    for (const { start, end, speaker } of words) {
      const middle = (start + end) / 2;
      if (turn.start <= middle && middle < turn.end) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
    }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
