import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.js';
import { describeDatabases } from '../support/databases.js';
import { startRealServer, type RealServer } from '../support/real-server.js';
import { clipFile, listed, result, submit, type TranscriptionAnswer } from '../support/upload.js';

interface RecordBody {
  readonly endedAt?: string;
  readonly segments: readonly { readonly versions: readonly { readonly text: string }[] }[];
}

/** How many files are uploaded, and how often their server is killed. */
export interface KilledUploads {
  readonly files: number;
  readonly kills: number;
}

/** Tests that recordings are each transcribed exactly once however often servers are killed, on each kind of database. */
export function testKilledUploads({ files, kills }: KilledUploads): void {
  describeDatabases('recordings whose server is killed again and again', ({ settings }) => {
    test('are each transcribed once, and none is lost', { timeout: (files + kills) * 60_000 }, async () => {
      const { dataDirectory, database } = settings();
      const storage = [
        ...['--data-directory', dataDirectory],
        ...(database === undefined ? [] : ['--database', database]),
      ];
      const limits = ['--max-transcription-jobs', String(2 * files), '--transcriptions-at-a-time', '2'];
      const start = () => startRealServer(...limits, ...storage);
      let server = await start();
      const clip = await clipFile();
      const accepted: string[] = [];
      for (let kill = 0; kill < kills; kill++) {
        // Some are uploaded between kills, so that servers are killed while recordings arrive as well.
        const until = Math.ceil((files * (kill + 1)) / kills);
        while (accepted.length < until) accepted.push((await submit(server.url, clip)).id);
        await begun(server, Math.floor(((kill + 1) * files) / (kills + 1)));
        server.signal('SIGKILL');
        await server.exited;
        server = await start();
      }
      const all = await allEnded(server, accepted);
      expect(all.map(({ status }) => status)).toEqual(accepted.map(() => 'done'));
      const texts = await Promise.all(
        accepted.map(async (id) => ((await (await result(server.url, id)).json()) as { text: string }).text),
      );
      expect(new Set(texts).size).toBe(1);
      for (const id of accepted) {
        const { segments, endedAt } = await recordOf(server.url, id);
        expect(segments.map(({ versions }) => versions[0]?.text).join(' ')).toBe(texts[0]);
        expect(endedAt).toBeDefined();
      }
      expect(await readdir(join(dataDirectory, 'spool', 'jobs'))).toEqual(['place']);
      server.signal('SIGTERM');
      await server.exited;
      expect(await readdir(join(dataDirectory, 'spool'))).toEqual([]);
      expect(await runCli(['audit', 'verify', ...storage])).toMatchObject({ status: 0, stderr: '' });
    });
  });
}

/** Resolves when so many have begun, at some time between that and the beginning of the next. */
async function begun({ url }: RealServer, count: number): Promise<void> {
  for (;;) {
    const started = (await listed(url)).filter(({ status }) => status !== 'queued');
    if (started.length >= count) break;
    await sleep(20);
  }
  await sleep(Math.random() * 300);
}

async function allEnded(
  { url }: RealServer,
  ids: readonly string[],
): Promise<readonly TranscriptionAnswer[]> {
  for (;;) {
    const known = new Map((await listed(url)).map((one) => [one.id, one]));
    const found = ids.map((id) => known.get(id));
    const ended = found.filter((one) => one !== undefined && !['queued', 'running'].includes(one.status));
    if (ended.length === ids.length) return ended as readonly TranscriptionAnswer[];
    await sleep(100);
  }
}

async function recordOf(url: string, id: string): Promise<RecordBody> {
  const response = await fetch(`${url}/api/v1/sessions/${id}`);
  expect(response.status).toBe(200);
  return (await response.json()) as RecordBody;
}
