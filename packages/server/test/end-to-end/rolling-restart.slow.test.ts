import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTranscriber, type Transcript } from '../../../client/src/node.js';
import { startBalancer } from '../support/balancer.js';
import { freePort } from '../support/free-port.js';
import { recordOf, sessionsOf } from '../support/moved-client.js';
import { natsMissing, startNats } from '../support/nats.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';

const CLIENTS = 4;
/** Each says the clip so many times. */
const TIMES = 4;

const missing = natsMissing ?? postgresMissing;

describe.skipIf(missing !== undefined)('two servers under load', { timeout: 600_000 }, () => {
  let postgres: PostgresServer;
  let speech: Speech;
  beforeAll(async () => {
    speech = await loadSpeech('librispeech/367-130732-0001');
    postgres = await startPostgres({ durable: false });
  }, 120_000);
  afterAll(() => postgres.stop());

  test.for(['SIGTERM', 'SIGKILL'] as const)(
    'are restarted one after the other by %s, and no word is lost or said twice',
    async (signal) => {
      const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-rolling-'));
      const nats = await startNats();
      onTestFinished(async () => {
        await nats.stop();
        rmSync(dataDirectory, { recursive: true, force: true });
      });
      const storage = ['--database', postgres.createDatabase(), '--cluster', nats.url];
      const ports = [await freePort(), await freePort()];
      const start = async (port: number): Promise<RealServer> => {
        const server = await spawnRealServer(
          ...['--data-directory', dataDirectory, ...storage],
          ...['--workers', '1', '--model', 'moonshine-tiny', '--port', String(port)],
        );
        onTestFinished(() => {
          server.signal('SIGKILL');
        });
        return server;
      };
      const servers = await Promise.all(ports.map(start));
      const balancer = await startBalancer(ports);
      let finals = 0;
      let isRestarting = true;
      /** How often each client has lost its server. */
      const outages = Array.from({ length: CLIENTS }, () => 0);
      const transcripts = outages.map((_, client) =>
        transcribe(balancer.url, speech, {
          onFinal: () => (finals += 1),
          onOutage: () => {
            outages[client] = (outages[client] ?? 0) + 1;
          },
          isNeeded: () => isRestarting,
        }),
      );
      for (const [index, port] of ports.entries()) {
        const before = finals;
        await until(() => finals >= before + CLIENTS);
        servers[index]?.signal(signal);
        await servers[index]?.exited;
        servers[index] = await start(port);
      }
      isRestarting = false;
      const heard = await Promise.all(transcripts);
      // Whoever was at the server that was restarted came back once, and none lost its connection otherwise.
      expect(Math.max(...outages)).toBeLessThanOrEqual(ports.length);
      const [server] = servers;
      if (!server) throw new Error('there is no server');
      const ids = await sessionsOf(server);
      expect(ids).toHaveLength(CLIENTS);
      const records = await Promise.all(ids.map((id) => recordOf(server, id)));
      const texts = (lists: readonly (readonly unknown[])[]) => lists.map((list) => list.join('|')).sort();
      expect(texts(records.map((record) => record.texts))).toEqual(
        texts(heard.map(({ segments }) => segments.map(({ text }) => text))),
      );
      for (const transcript of heard) expect(transcript).toMatchObject({ complete: true, lostSeconds: 0 });
    },
  );
});

interface Speaking {
  readonly onFinal: () => void;
  readonly onOutage: () => void;
  /** Whether somebody waits for more. */
  readonly isNeeded: () => boolean;
}

/** Says the clip several times, a little faster than it was spoken, and goes on as long as `isNeeded`. */
async function transcribe(
  url: string,
  { pcm }: Speech,
  { onFinal, onOutage, isNeeded }: Speaking,
): Promise<Transcript> {
  const samples = new Int16Array(pcm.slice().buffer);
  const transcriber = createTranscriber({ url });
  transcriber.on('final', onFinal);
  let before = transcriber.state.kind;
  transcriber.on('state', ({ kind }) => {
    if (kind === 'reconnecting' && before !== kind) onOutage();
    before = kind;
  });
  await transcriber.start(
    (async function* () {
      for (let time = 0; time < TIMES || isNeeded(); time++)
        for (let at = 0; at < samples.length; at += 1600) {
          yield samples.slice(at, at + 1600);
          await sleep(80);
        }
    })(),
  );
  return transcriber.stop();
}
