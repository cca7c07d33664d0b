import childProcess, { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AudioPiece } from '../../../src/inference/messages/stream-audio.js';
import { expectOrderly } from '../../support/expect-orderly.js';
import { encodePcm, listen, transcribe, type Listening } from '../../support/listening.js';
import {
  makeFolder,
  plainOptions,
  startRealRecognizer,
  type RealRecognizer,
} from '../../support/real-recognizer.js';
import { join, loadAllSpeech, loadSpeech, silence, wordErrorRate } from '../../support/speech.js';
import { until } from '../../support/until.js';

/**
 * The share of words that may differ after a process was replaced: the new process has to encode the window at once,
 * while the old one had encoded it in parts. A lost utterance would cost a third of the words.
 */
const CHANGED_BY_REPLACEMENT = 0.1;

let turns: readonly Float32Array[];
beforeAll(async () => {
  const clips = await loadAllSpeech([
    'librispeech/3331-159605-0003',
    'librispeech/367-130732-0001',
    'librivox/sense_and_sensibility_01_austen_64kb-0880',
  ]);
  turns = clips.map(({ samples }) => join([samples, silence(0.8)]));
});

describe('an inference process', { timeout: 240_000 }, () => {
  test.each([
    { name: 'killed', signal: 'SIGKILL', reason: 'crash' },
    { name: 'stopped', signal: 'SIGSTOP', reason: 'hung' },
  ] as const)('that is $name at work costs no final', async ({ signal, reason }) => {
    const real = await start({ workers: 2, workerTimeoutSeconds: 3 });
    const undisturbed = await transcribe(real.recognizer, join(turns));

    const streams = [listen(real.recognizer), listen(real.recognizer, { partials: true })];
    for (const turn of turns.slice(0, 2)) {
      // A process that is still loading would be given longer before it counts as hung.
      await until(() => real.recognizer.status().workers.every(({ state }) => state === 'ready'));
      const victims = pidsOf(real);
      // Stopped first, so that the processes certainly have work when the signal comes.
      for (const pid of victims) process.kill(pid, 'SIGSTOP');
      const finals = streams.map((stream) => stream.finals.length);
      for (const { live } of streams) live.push(encodePcm(turn, 'f32le'));
      await until(() => streams.every(({ speech }) => speech.at(-1)?.state === 'ended') && jobsOf(real) > 0);
      for (const pid of victims) process.kill(pid, signal);
      await until(() => streams.every((stream, index) => stream.finals.length > (finals[index] ?? 0)));
      await until(() => !pidsOf(real).some((pid) => victims.includes(pid)));
    }
    for (const stream of streams) {
      for (const turn of turns.slice(2)) stream.live.push(encodePcm(turn, 'f32le'));
      await stream.live.flush();
      expectSameSpeech(stream, undisturbed);
    }
    expect(real.events).toContainEqual(expect.objectContaining({ kind: 'worker-exited', reason }));
    expect(real.events.map(({ kind }) => kind)).toContain('job-retried');
    expect(real.events.map(({ kind }) => kind)).not.toContain('job-lost');
  });

  test.skipIf(process.platform !== 'linux')(
    'inherits only the environment variables that it needs',
    async () => {
      process.env['AUSCULT_MASTER_KEY'] = 'a secret of the test';
      onTestFinished(() => {
        delete process.env['AUSCULT_MASTER_KEY'];
      });
      const real = await start();
      const environments = pidsOf(real).map((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1'));
      expect(environments).toHaveLength(1);
      for (const environment of environments) {
        expect(environment).toContain('MALLOC_ARENA_MAX');
        expect(environment).not.toMatch(/AUSCULT|VITEST|secret/);
      }
    },
  );

  test('that replaces a killed one, at work or idle, gets the key terms of the streams again', async () => {
    const real = await start();
    const { samples } = await loadSpeech('dictation/joe_s001');
    const sentence = encodePcm(join([samples, silence(0.8)]), 'f32le');
    const without = listen(real.recognizer);
    const stream = listen(real.recognizer, { keyTerms: [{ text: 'MetoPROLOL' }] });
    const say = async ({ live, finals }: Listening): Promise<string> => {
      live.push(sentence);
      await live.flush();
      return finals.at(-1)?.text ?? '';
    };
    expect(await say(without)).not.toMatch(/metoprolol/i);
    expect(await say(stream)).toContain('MetoPROLOL');

    const [between] = pidsOf(real);
    if (between === undefined) throw new Error('there is no process');
    process.kill(between, 'SIGKILL');
    await until(() => !pidsOf(real).includes(between));
    expect(await say(stream)).toContain('MetoPROLOL');

    const [atWork] = pidsOf(real);
    if (atWork === undefined) throw new Error('there is no process');
    process.kill(atWork, 'SIGSTOP');
    stream.live.push(sentence);
    await until(() => stream.speech.at(-1)?.state === 'ended' && jobsOf(real) > 0);
    process.kill(atWork, 'SIGKILL');
    await stream.live.flush();
    expect(stream.finals.map(({ text }) => text)).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('MetoPROLOL') as string),
    );
    expect(real.events.map(({ kind }) => kind)).toContain('job-retried');
    expect(real.recognizer.status().workers[0]?.restarts).toBe(2);
  });

  test('is sent each sample once, and lost audio again, without losing a final', async () => {
    const watched = watchAudio();
    const real = await start();
    const speech = join(turns);
    const undisturbed = await transcribe(real.recognizer, speech);
    expect(watched.samples).toBeGreaterThan(speech.length / 2);
    expect(watched.samples).toBeLessThanOrEqual(speech.length);
    watched.losesEverySecond = true;
    expectSameSpeech(await transcribe(real.recognizer, speech), undisturbed);
    expect(watched.lost).toBeGreaterThan(0);
    const kinds = real.events.map(({ kind }) => kind);
    for (const kind of ['worker-exited', 'job-retried', 'job-lost'] as const)
      expect(kinds).not.toContain(kind);
  });

  test('above its memory limit is replaced, and no work is lost', async () => {
    const undisturbed = await speakInTurns(await start());
    const real = await start({ workerMemoryLimitBytes: 1 });
    const [first] = pidsOf(real);
    const stream = await speakInTurns(real);
    await until(() => !pidsOf(real).includes(first ?? 0));
    expectSameSpeech(stream, undisturbed);
    expect(real.events).toContainEqual(expect.objectContaining({ kind: 'worker-exited', reason: 'memory' }));
    expect(real.events.map(({ kind }) => kind)).not.toContain('job-lost');
    expect(real.recognizer.status().workers[0]?.restarts).toBeGreaterThan(0);
  });

  test('that ends three times over the same utterance loses only that utterance', async () => {
    let deadly = false;
    const real = await start({
      onEvent(event) {
        // The process is killed before it is given the waiting utterance.
        if (deadly && event.kind === 'worker-ready') process.kill(event.pid, 'SIGKILL');
      },
    });
    const stream = listen(real.recognizer);
    const [first, ...others] = turns;
    const [pid] = pidsOf(real);
    if (!first || pid === undefined) throw new Error('nothing to say, or nobody to hear it');
    process.kill(pid, 'SIGSTOP');
    stream.live.push(encodePcm(first, 'f32le'));
    await until(() => stream.speech.at(-1)?.state === 'ended' && jobsOf(real) > 0);
    deadly = true;
    process.kill(pid, 'SIGKILL');
    await until(() => !real.recognizer.admission().admitted);
    expect(real.recognizer.admission()).toEqual({ admitted: false, reason: 'no-worker-ready' });
    await stream.live.flush();
    deadly = false;

    expect(stream.finals).toEqual([]);
    expect(stream.lost).toHaveLength(1);
    expect(stream.lost[0]?.end).toBeLessThanOrEqual(stream.live.receivedSeconds);
    expect(real.events).toContainEqual({ kind: 'job-lost', attempts: 3 });

    for (const turn of others) stream.live.push(encodePcm(turn, 'f32le'));
    await stream.live.flush();
    expect(stream.finals.map(({ sequence }) => sequence)).toEqual([0, 1]);
    expect(stream.finals[0]?.start).toBeGreaterThan(stream.lost[0]?.end ?? Infinity);
    expect(stream.lost).toHaveLength(1);
  });

  test('ends when the recognizer is closed, and when the process that started it is killed', async () => {
    const real = await start();
    const closed = pidsOf(real);
    await real.recognizer.close();
    expect(closed.filter(isAlive)).toEqual([]);

    const folder = await makeFolder();
    onTestFinished(() => rm(folder, { recursive: true }));
    const program = `
      import { startRecognizer } from '${import.meta.resolve('@auscult/asr')}';
      const recognizer = await startRecognizer(${JSON.stringify(plainOptions(folder))});
      console.log(JSON.stringify(recognizer.status().workers.map(({ pid }) => pid)));
    `;
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      owner.kill('SIGKILL');
    });
    const orphans = await firstLine(owner.stdout);
    expect(orphans.filter(isAlive)).toHaveLength(1);
    owner.kill('SIGKILL');
    await until(() => !orphans.some(isAlive));
  });
});

/** Counts the audio that goes to processes which are started from now on, and loses some of it on the way if told so. */
function watchAudio() {
  const watched = { samples: 0, lost: 0, losesEverySecond: false };
  const { fork } = childProcess;
  const watch = (child: childProcess.ChildProcess) => {
    const send = child.send.bind(child) as (message: unknown, ...rest: unknown[]) => boolean;
    let pieces = 0;
    /** Where the piece that was lost begins, until it is sent again: nothing is lost meanwhile. */
    let lostFrom: number | undefined;
    child.send = (message: unknown, ...rest: unknown[]) => {
      const { type, piece } = message as { type: string; piece?: AudioPiece };
      if (type === 'audio' && piece) {
        if (lostFrom !== undefined) {
          if (piece.from <= lostFrom) lostFrom = undefined;
        } else if (watched.losesEverySecond && ++pieces % 2 === 1) {
          lostFrom = piece.from;
          return ++watched.lost > 0;
        }
        watched.samples += piece.samples.length;
      }
      return send(message, ...rest);
    };
    return child;
  };
  const put = (replacement: typeof fork) => {
    childProcess.fork = replacement;
    syncBuiltinESMExports();
  };
  put(((...asked: Parameters<typeof fork>) => watch(fork(...asked))) as typeof fork);
  onTestFinished(() => {
    put(fork);
  });
  return watched;
}

async function start(options: Parameters<typeof startRealRecognizer>[0] = {}): Promise<RealRecognizer> {
  const real = await startRealRecognizer(options);
  onTestFinished(() => real.close());
  return real;
}

/** Speaks one turn after another, each as soon as the turn before is final. */
async function speakInTurns({ recognizer }: RealRecognizer): Promise<Listening> {
  const stream = listen(recognizer);
  for (const turn of turns) {
    stream.live.push(encodePcm(turn, 'f32le'));
    await stream.live.flush();
  }
  return stream;
}

async function firstLine(output: AsyncIterable<Buffer>): Promise<readonly number[]> {
  for await (const line of output) return JSON.parse(line.toString()) as number[];
  throw new Error('the process ended without a word');
}

function expectSameSpeech(actual: Listening, expected: Listening): void {
  expectOrderly(actual);
  expect(actual.finals.map(({ start, end }) => [start, end])).toEqual(
    expected.finals.map(({ start, end }) => [start, end]),
  );
  expect(wordErrorRate(expected.text(), actual.text())).toBeLessThanOrEqual(CHANGED_BY_REPLACEMENT);
}

function pidsOf({ recognizer }: RealRecognizer): readonly number[] {
  return recognizer.status().workers.flatMap(({ pid }) => pid ?? []);
}

function jobsOf({ recognizer }: RealRecognizer): number {
  return recognizer.status().workers.reduce((sum, { jobs }) => sum + jobs, 0);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
