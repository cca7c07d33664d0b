import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClient } from '../load/live-client.js';
import { framesOf, type Track } from '../load/track.js';
import { runCli } from '../server/run-cli.js';
import { auscultCommand, startServer, type Target } from '../server/target.js';

/** What is left of records that were destroyed all at once. */
export interface DestroyedAtOnce {
  readonly records: number;
  /** Deletions that were answered as done. */
  readonly answered: number;
  /** Keys of destroyed records that remain in the copy with which backups are read. */
  readonly keysLeft: number;
  /** Destroyed records that could be read after restoring a backup made before or during the destruction. */
  readonly readable: number;
}

/** Number of records to destroy. */
const RECORDS = 8;

/** Destroys records all at once while a backup is made, restores the backup, and looks for them. */
export async function measureDestroyedAtOnce(
  track: Track,
  serve: readonly string[],
): Promise<DestroyedAtOnce> {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-destroyed-'));
  const [data, restored] = [join(folder, 'data'), join(folder, 'restored')];
  const [early, late] = [join(folder, 'early.backup'), join(folder, 'late.backup')];
  const keyCopy = join(data, 'data-keys.json');
  try {
    const server = await startServer(
      auscultCommand(['--data-directory', data, '--max-final-delay-seconds', '600', ...serve]),
    );
    let ids: readonly string[];
    let answered: number;
    try {
      ids = await Promise.all(Array.from({ length: RECORDS }, () => record(server, track)));
      await runCli(['backup', early, '--data-directory', data]);
      const backup = runCli(['backup', late, '--data-directory', data]);
      const answers = await Promise.all(ids.map((id) => destroy(server, id)));
      answered = answers.filter(Boolean).length;
      await backup;
    } finally {
      await server.stop();
    }
    const { keys } = JSON.parse(readFileSync(keyCopy, 'utf8')) as {
      readonly keys: Readonly<Record<string, unknown>>;
    };
    let readable = 0;
    for (const backup of [early, late]) {
      const target = `${restored}-${backup === early ? 'early' : 'late'}`;
      const masterKey = ['--master-key-file', join(data, 'master.key')];
      await runCli(['restore', backup, '--data-directory', target, '--data-key-copy', keyCopy, ...masterKey]);
      readable = Math.max(
        readable,
        await countReadable(ids, ['--data-directory', target, ...masterKey, ...serve]),
      );
    }
    return { records: ids.length, answered, keysLeft: ids.filter((id) => id in keys).length, readable };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function record({ url }: Target, track: Track): Promise<string> {
  const client = await openClient({ url, speaks: 'auscult.v1', partials: false, quietSeconds: 0 });
  for (const frame of framesOf(track, 0.25)) client.send(frame);
  await client.finish();
  return client.received.sessionId ?? '';
}

async function destroy({ httpUrl }: Target, id: string): Promise<boolean> {
  return (await fetch(`${httpUrl}/api/v1/sessions/${id}`, { method: 'DELETE' })).ok;
}

async function countReadable(ids: readonly string[], flags: readonly string[]): Promise<number> {
  const server = await startServer(auscultCommand(flags));
  try {
    const answers = await Promise.all(ids.map((id) => fetch(`${server.httpUrl}/api/v1/sessions/${id}`)));
    return answers.filter(({ ok }) => ok).length;
  } finally {
    await server.stop();
  }
}
