import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOptedIn } from '../support/client.js';
import { recordingOf } from '../support/live-recordings.js';
import { sdkPythons } from '../support/python.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, transcriptOf, wordErrorRate, wordsOf, type Speech } from '../support/speech.js';
import { transcriptIn } from './deepgram-contract.js';
import { openDeepgram, type DeepgramSession } from './deepgram-session.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('python/live.py', import.meta.url));

let server: RealServer;
let speech: Speech;
beforeAll(async () => {
  server = await spawnRealServer('--workers', '1');
  speech = await loadSpeech('jfk/jfk');
});
afterAll(() => {
  server.signal('SIGKILL');
});

/** Longer than the SDK waits before it connects anew, milliseconds. */
const LONGER_THAN_A_RECONNECT_MS = 6000;

describe('real speech over the SDK of Deepgram', () => {
  test('is heard, and the SDK does not connect anew after the end', async () => {
    const session = await openDeepgram(server, { interim_results: 'true', utterance_end_ms: 1000 });
    send(session, speech.pcm, 3200);
    session.socket.sendCloseStream({ type: 'CloseStream' });
    expect(await session.closed).toBe(1000);
    expect(wordErrorRate(speech.text, textOf(session))).toBeLessThan(0.1);
    const opened = await sessionsOf(server);
    await sleep(LONGER_THAN_A_RECONNECT_MS);
    expect(await sessionsOf(server)).toBe(opened);
  });

  test('has the same words as over auscult.v1 if it is ended in the middle of a word', async () => {
    const half = speech.pcm.subarray(0, 2 * Math.round(speech.pcm.length / 4));
    const session = await openDeepgram(server);
    send(session, half, 3201);
    session.socket.sendCloseStream({ type: 'CloseStream' });
    await session.closed;
    const own = await connectOptedIn(server.url);
    for (let at = 0; at < half.length; at += 3200) own.send(half.subarray(at, at + 3200));
    own.send({ type: 'stop' });
    await own.next('stopped');
    expect(wordsOf(textOf(session))).toEqual(wordsOf(transcriptOf(own)));
  });

  test('is heard by the laws of telephony, and in WebM cut anywhere', async () => {
    const telephony = await openDeepgram(server, { encoding: 'mulaw', sample_rate: 16_000 });
    send(telephony, muLaw(speech.pcm), 1600);
    telephony.socket.sendCloseStream({ type: 'CloseStream' });
    await telephony.closed;
    expect(wordErrorRate(speech.text, textOf(telephony))).toBeLessThan(0.1);
    const recorded = await openDeepgram(server, {}, {});
    send(recorded, await recordingOf('live.webm'), 997);
    recorded.socket.sendCloseStream({ type: 'CloseStream' });
    expect(await recorded.closed).toBe(1000);
    expect(wordsOf(textOf(recorded)).length).toBeGreaterThan(3);
  });
});

describe('real speech over the SDK for Python', () => {
  for (const { path, packages, missing } of sdkPythons) {
    test.skipIf(missing !== undefined)(
      `${packages}${missing === undefined ? '' : `: ${missing}`}`,
      async () => {
        const child = run(path, [program, server.url]);
        child.child.stdin?.end(speech.pcm);
        const { sync, asynchronous } = JSON.parse((await child).stdout) as Record<string, Told>;
        for (const told of [sync, asynchronous]) {
          expect(wordErrorRate(speech.text, told?.text ?? '')).toBeLessThan(0.1);
          expect(told).toMatchObject({
            finalized: true,
            types: expect.arrayContaining(['Results', 'Metadata']),
          });
        }
      },
    );
  }
});

interface Told {
  readonly text: string;
  /** Whether a result answered `Finalize`. */
  readonly finalized: boolean;
  readonly types: readonly string[];
}

function send({ socket }: DeepgramSession, bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) socket.sendMedia(bytes.slice(at, at + size));
}

function textOf({ messages }: DeepgramSession): string {
  return messages
    .filter(({ is_final }) => is_final === true)
    .map(transcriptIn)
    .join(' ');
}

async function sessionsOf({ url }: RealServer): Promise<string | undefined> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^auscult_sessions_accepted_total .*$/m.exec(metrics)?.[0];
}

/** 16-bit samples by the µ-law of ITU-T G.711. */
function muLaw(pcm: Uint8Array): Uint8Array {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Uint8Array.from({ length: pcm.length / 2 }, (_, at) => {
    const sample = view.getInt16(at * 2, true);
    const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
    const exponent = Math.floor(Math.log2(magnitude)) - 7;
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
  });
}
