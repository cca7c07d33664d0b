import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createLog,
  loadConfig,
  openStorage,
  restoreBackup,
  verifyStorage,
  type Config,
} from '@auscult/server';
import type { Expected } from './history.js';
import type { Place } from './workload.js';

/** What is wrong after a power cut. */
export const FAULTS = [
  'cannot be started',
  'final missing',
  'correction missing',
  'destroyed record back',
  'damage',
  'backup cannot be restored',
  'final missing after restore',
  'destroyed record restored',
] as const;
export type Fault = (typeof FAULTS)[number];

/** A fault, and where it appeared. */
export interface Verdict {
  readonly fault: Fault;
  readonly why: string;
}

/** The user who reads the records. */
const ACTOR = {
  who: { tenant: 'default', subject: 'power-cuts', kind: 'local', role: 'administrator' },
  from: undefined,
} as const;

const SILENT = createLog({ logLevel: 'silent', logFormat: 'json' });

/**
 * Puts the files where the server looks for them, opens them as the server does at its start, and compares.
 */
export async function checkDisk(
  files: ReadonlyMap<string, Buffer>,
  { dataDirectory }: Place,
  expected: Expected,
): Promise<readonly Verdict[]> {
  for (const [path, content] of files) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
  }
  const verdicts: Verdict[] = [];
  const config = configOf(dataDirectory);
  try {
    verdicts.push(...(await checkRecords(config, expected)));
  } catch (error) {
    verdicts.push({ fault: 'cannot be started', why: said(error) });
  }
  if (expected.backup !== undefined) verdicts.push(...(await checkBackup(config, expected, expected.backup)));
  return verdicts;
}

function configOf(dataDirectory: string, more: Readonly<Record<string, string>> = {}): Config {
  return loadConfig({ flags: { dataDirectory, ...more }, environment: {} });
}

async function checkRecords(config: Config, expected: Expected): Promise<readonly Verdict[]> {
  const storage = await openStorage(config, SILENT);
  try {
    const { findings } = await verifyStorage(config);
    const damage = findings.map(({ kind, trouble, at = '' }): Verdict => ({
      fault: 'damage',
      why: `${kind} ${trouble} ${at}`,
    }));
    return [...damage, ...(await compare(storage, expected))];
  } finally {
    await storage.close();
  }
}

type Records = Pick<Awaited<ReturnType<typeof openStorage>>, 'records'>;

async function compare(
  { records }: Records,
  { finals, corrections, destroyed }: Expected,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [session, texts] of finals) {
    const record = await records.read(session, ACTOR).catch((error: unknown) => said(error));
    if (typeof record === 'string') {
      verdicts.push({ fault: 'final missing', why: `all of a session: ${record}` });
      continue;
    }
    const versions = record.segments.map((segment) => segment.versions.map(({ text }) => text));
    const missing = texts.filter((text, place) => versions[place]?.[0] !== text).length;
    if (missing > 0)
      verdicts.push({ fault: 'final missing', why: `${String(missing)} of ${String(texts.length)}` });
    const correction = corrections.get(session);
    if (correction !== undefined && versions[0]?.includes(correction) !== true)
      verdicts.push({ fault: 'correction missing', why: 'the newest' });
  }
  for (const session of destroyed)
    if ((await records.summary(session)) !== undefined)
      verdicts.push({ fault: 'destroyed record back', why: 'its row is there' });
  return verdicts;
}

/** The newest backup has to be readable with the copy of keys on the same disk. */
async function checkBackup(
  config: Config,
  { destroyed }: Expected,
  { file, finals }: NonNullable<Expected['backup']>,
): Promise<readonly Verdict[]> {
  const restored = `${config.dataDirectory}-restored`;
  try {
    const masterKeyFile = join(config.dataDirectory, 'master.key');
    const to = configOf(restored, { masterKeyFile });
    const { masterKeys, close } = await openStorage(config, SILENT);
    await restoreBackup(to, masterKeys, {
      path: file,
      keyCopy: join(config.dataDirectory, 'data-keys.json'),
      destroyed: new Set(),
      access: { kind: 'revoke' },
    }).finally(close);
    const storage = await openStorage(to, SILENT);
    try {
      const verdicts = await compare(storage, {
        finals,
        corrections: new Map(),
        destroyed,
        backup: undefined,
      });
      return verdicts.map(({ fault, why }) =>
        fault === 'destroyed record back'
          ? { fault: 'destroyed record restored', why }
          : { fault: 'final missing after restore', why },
      );
    } finally {
      await storage.close();
    }
  } catch (error) {
    return [{ fault: 'backup cannot be restored', why: said(error) }];
  } finally {
    rmSync(restored, { recursive: true, force: true });
  }
}

/** Without file names, so that equal faults are counted together. */
function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/\/\S+/g, '…')
    .replace(/[0-9a-f]{16,}/g, '…')
    .slice(0, 160);
}
