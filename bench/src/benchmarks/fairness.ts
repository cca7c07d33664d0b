import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { runTogether } from '../load/sessions.js';
import { framesOf, type Track } from '../load/track.js';
import type { SessionOptions } from '../load/session.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { scoreSessions } from '../measure/stream-score.js';
import { createKey } from '../server/create-key.js';
import { auscultCommand, startServer, type Target } from '../server/target.js';

/** How a doctor fares alone and while another key is at work. */
export interface FairnessResults {
  readonly cases: readonly FairnessCase[];
}

interface FairnessCase {
  /** What the other key does. */
  readonly beside: string;
  /** From the end of a final to its arrival, seconds. */
  readonly finals: Distribution | undefined;
  readonly outcome: string;
  /** Word error rate; undefined if nothing was spoken. */
  readonly wer: number | undefined;
  readonly words: number;
  /** The longest that the server took to answer that it is alive, seconds. */
  readonly slowestAnswer: number;
  readonly refused: number;
}

/** Another key at work: ends when told to, and returns how often it was refused. */
type Disturbance = (target: Target, key: string, signal: AbortSignal) => Promise<number>;

/** Speaks `track` in real time under one key, alone and while another key does its worst. */
export async function measureFairness(
  track: Track,
  options: Omit<SessionOptions, 'url'>,
  flags: readonly string[],
  only = '',
): Promise<{ readonly model: string; readonly results: FairnessResults }> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'bench-fairness-'));
  const data = ['--data-directory', dataDirectory];
  const guarded = ['--authentication', 'required', '--max-sessions-per-identity', '60'];
  const target = await startServer(auscultCommand([...guarded, ...flags, ...data]));
  try {
    const [doctor, other] = [await createKey(data, 'clinician'), await createKey(data, 'service')];
    const cases: FairnessCase[] = [];
    let model = 'unknown';
    for (const [beside, disturb] of disturbances(track).filter(([name]) => name.includes(only))) {
      const stop = new AbortController();
      const disturbing = disturb(target, other, stop.signal);
      const answers = watchAnswers(target, stop.signal);
      const { sessions } = await runTogether([track], { ...options, url: target.url, key: doctor }, 0);
      stop.abort();
      model = sessions[0]?.model ?? model;
      const score = scoreSessions(sessions);
      cases.push({
        beside,
        finals: distribution(finalDelays(sessions).fromEnd),
        outcome: sessions[0]?.outcome ?? 'none',
        wer: score?.wer,
        words: score?.words ?? 0,
        slowestAnswer: await answers,
        refused: await disturbing,
      });
      await sleep(BETWEEN_MS);
    }
    return { model, results: { cases } };
  } finally {
    await target.stop();
    rmSync(dataDirectory, { recursive: true });
  }
}

/** Time in which the server finishes what one case has left to do, milliseconds. */
const BETWEEN_MS = 5_000;

function disturbances(track: Track): readonly (readonly [string, Disturbance])[] {
  const speech = [...framesOf(track, 2)];
  return [
    ['nothing', () => Promise.resolve(0)],
    ['20 sessions as fast as they can', fastSessions(20, speech)],
    ['50 sessions as fast as they can', fastSessions(50, speech)],
    ['20 uploads that trickle', tricklingUploads(20)],
  ];
}

function fastSessions(count: number, frames: readonly Buffer[]): Disturbance {
  return async ({ url }, key, signal) => {
    const sockets = Array.from({ length: count }, () => {
      const socket = new WebSocket(url, ['auscult.v1'], { headers: { authorization: `Bearer ${key}` } });
      return socket.on('error', () => undefined);
    });
    let refused = 0;
    for (const socket of sockets) socket.on('close', () => (refused += signal.aborted ? 0 : 1));
    for (let turn = 0; !signal.aborted; turn++) {
      for (const socket of sockets) {
        const frame = frames[turn % frames.length];
        if (frame && socket.readyState === WebSocket.OPEN && socket.bufferedAmount < MOST_BUFFERED)
          socket.send(frame);
      }
      await sleep(20);
    }
    for (const socket of sockets) socket.terminate();
    return refused;
  };
}

/** The most that a fast sender has in flight, bytes. */
const MOST_BUFFERED = 500_000;

function tricklingUploads(count: number): Disturbance {
  return async ({ httpUrl }, key, signal) => {
    let refused = 0;
    const uploads = Array.from({ length: count }, () => {
      const upload = request(`${httpUrl}/api/v1/transcriptions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'multipart/form-data; boundary=slow',
        },
      });
      upload.on('error', () => undefined).on('response', () => (refused += 1));
      upload.write('--slow\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n');
      return upload;
    });
    while (!signal.aborted) {
      for (const upload of uploads) if (!upload.destroyed) upload.write('a'.repeat(500));
      await sleep(200);
    }
    for (const upload of uploads) upload.destroy();
    return refused;
  };
}

async function watchAnswers({ httpUrl }: Target, signal: AbortSignal): Promise<number> {
  let slowest = 0;
  while (!signal.aborted) {
    const began = performance.now();
    const response = await fetch(`${httpUrl}/health/live`);
    await response.body?.cancel();
    slowest = Math.max(slowest, (performance.now() - began) / 1000);
    await sleep(100);
  }
  return slowest;
}
