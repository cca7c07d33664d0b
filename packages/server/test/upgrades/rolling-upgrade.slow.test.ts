import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTranscriber, type Transcript } from '../../../client/src/node.js';
import { runCli } from '../cli/run-cli.js';
import { startBalancer } from '../support/balancer.js';
import { freePort } from '../support/free-port.js';
import { recordOf, sessionsOf } from '../support/moved-client.js';
import { natsMissing, startNats } from '../support/nats.js';
import { makeNextVersion, NEXT_CHANGE, NEXT_VERSION } from '../support/next-version.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { runServe, spawnRealServerIn, type RealServer } from '../support/real-server.js';
import { loadSpeech, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';

const CLIENTS = 2;

const missing = natsMissing ?? postgresMissing;
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)('an upgrade of one server after the other', () => {
  let postgres: PostgresServer;
  let speech: Speech;
  beforeAll(async () => {
    speech = await loadSpeech('librispeech/367-130732-0001');
    postgres = await startPostgres({ durable: false });
  }, 120_000);
  afterAll(() => postgres.stop());

  test(
    'loses no word of open sessions, although the two versions work side by side for a while',
    { timeout: 600_000 },
    async () => {
      const nats = await startNats();
      const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-upgrade-'));
      onTestFinished(async () => {
        await nats.stop();
        rmSync(dataDirectory, { recursive: true, force: true });
      });
      const storage = ['--data-directory', dataDirectory, '--database', postgres.createDatabase()];
      const next = makeNextVersion();
      const ports = [await freePort(), await freePort()] as const;
      const start = async (port: number, program?: string): Promise<RealServer> => {
        const server = await spawnRealServerIn(program === undefined ? {} : { program }, [
          ...[...storage, '--cluster', nats.url, '--port', String(port)],
          ...['--workers', '1', '--model', 'moonshine-tiny'],
        ]);
        onTestFinished(() => {
          server.signal('SIGKILL');
        });
        return server;
      };
      const former = await Promise.all(ports.map((port) => start(port)));
      const balancer = await startBalancer(ports);
      const said = Array.from({ length: CLIENTS }, () => 0);
      const everybodyGoesOn = async (): Promise<void> => {
        const before = [...said];
        await until(() => said.every((finals, client) => finals > (before[client] ?? 0)));
      };
      let isUpgrading = true;
      const transcripts = said.map((_, client) =>
        transcribe(balancer.url, speech, {
          onFinal: () => {
            said[client] = (said[client] ?? 0) + 1;
          },
          isNeeded: () => isUpgrading,
        }),
      );
      await everybodyGoesOn();

      const latter: RealServer[] = [];
      for (const [index, port] of ports.entries()) {
        former[index]?.signal('SIGTERM');
        expect(await former[index]?.exited).toBe(0);
        const upgraded = await start(port, next);
        latter.push(upgraded);
        expect(await versionOf(upgraded)).toBe(NEXT_VERSION);
        // After the first, one server of each version is there.
        await everybodyGoesOn();
      }
      isUpgrading = false;
      const heard = await Promise.all(transcripts);
      for (const transcript of heard) expect(transcript).toMatchObject({ complete: true, lostSeconds: 0 });
      const [server] = latter;
      if (!server) throw new Error('there is no server');
      const ids = await sessionsOf(server);
      const records = await Promise.all(ids.map((id) => recordOf(server, id)));
      expect(joined(records.map(({ texts }) => texts))).toEqual(
        joined(heard.map(({ segments }) => segments.map(({ text }) => text))),
      );

      // There is no way back but a backup.
      for (const { status, stderr } of [await runServe(storage), await runCli(['verify', ...storage])]) {
        expect(status).toBeGreaterThan(0);
        expect(stderr).toContain(NEXT_CHANGE);
        expect(stderr).toContain('Install that version');
      }
    },
  );
});

interface Speaking {
  readonly onFinal: () => void;
  /** Whether somebody waits for more. */
  readonly isNeeded: () => boolean;
}

/** Says the clip a little faster than it was spoken, again and again as long as `isNeeded`. */
async function transcribe(
  url: string,
  { pcm }: Speech,
  { onFinal, isNeeded }: Speaking,
): Promise<Transcript> {
  const samples = new Int16Array(pcm.slice().buffer);
  const transcriber = createTranscriber({ url });
  transcriber.on('final', onFinal);
  await transcriber.start(
    (async function* () {
      do
        for (let at = 0; at < samples.length; at += 1600) {
          yield samples.slice(at, at + 1600);
          await sleep(80);
        }
      while (isNeeded());
    })(),
  );
  return transcriber.stop();
}

async function versionOf({ url }: RealServer): Promise<unknown> {
  const health = await fetch(`${url}/health`);
  return ((await health.json()) as { readonly version: unknown }).version;
}

/** Texts in an order that does not depend on who spoke first. */
function joined(texts: readonly (readonly unknown[])[]): readonly string[] {
  return texts.map((list) => list.join('|')).sort();
}
