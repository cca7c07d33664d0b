import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createLog, loadConfig, openStorage, verifyAudit, type Storage } from '@auscult/server';
import { distribution, type Distribution } from '../measure/distribution.js';

/** What is recorded. */
export interface RecordsPlan {
  /** Number of sessions that have a final at the same time. */
  readonly sessions: number;
  readonly finals: number;
  readonly auditEntries: number;
  /** Address of a PostgreSQL database; the embedded one if absent. */
  readonly database: string | undefined;
}

export interface RecordsResults {
  /** From the call to the final being on disk, ms. One final at a time. */
  readonly alone: Distribution | undefined;
  /** The same with every session having one at the same moment. */
  readonly together: Distribution | undefined;
  readonly auditEntries: number;
  readonly verifySeconds: number;
  /** Damage that was found; should be none. */
  readonly problems: number;
}

const ACTOR = {
  who: { tenant: 'default', subject: 'bench', kind: 'local', role: 'local' },
  from: '127.0.0.1',
} as const;

/** Measures what it costs to record finals, and to verify the audit log, in a separate database. */
export async function measureRecords(plan: RecordsPlan, onProgress: () => void): Promise<RecordsResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-bench-'));
  const flags = { dataDirectory, database: plan.database };
  const config = loadConfig({ flags, environment: {} });
  const storage = await openStorage(config, createLog({ logLevel: 'silent', logFormat: 'json' }));
  try {
    const alone = await measureCommits(storage, 1, plan.finals);
    const together = await measureCommits(storage, plan.sessions, plan.finals);
    await fillAuditLog(storage, plan.auditEntries, onProgress);
    const startedAt = performance.now();
    const { entries, problems } = await verifyAudit(storage.database);
    const verifySeconds = (performance.now() - startedAt) / 1000;
    return { alone, together, auditEntries: entries, verifySeconds, problems: problems.length };
  } finally {
    await storage.close();
    rmSync(dataDirectory, { recursive: true });
  }
}

async function measureCommits(
  { records }: Storage,
  sessions: number,
  finals: number,
): Promise<Distribution | undefined> {
  const writers = await Promise.all(
    Array.from({ length: sessions }, (_, index) =>
      records.open({
        id: `${sessions}-${index}`,
        kind: 'live',
        actor: ACTOR,
        groups: [],
        model: 'none',
        description: {
          language: 'en',
          channels: 1,
          task: 'transcribe',
          sampleRate: 16_000,
          settings: undefined,
        },
      }),
    ),
  );
  const delays: number[] = [];
  for (let place = 0; place < finals / sessions; place++) {
    await Promise.all(
      writers.map(async (writer) => {
        const startedAt = performance.now();
        await writer.commit(finalOf(place));
        delays.push(performance.now() - startedAt);
      }),
    );
  }
  for (const writer of writers) await writer.close('1000');
  return distribution(delays);
}

/** Fifteen words, a typical utterance. */
function finalOf(place: number) {
  const words = Array.from({ length: 15 }, (_, index) => ({
    text: `word${index}`,
    start: place + index / 15,
    end: place + (index + 1) / 15,
    confidence: 0.9,
  }));
  return {
    channel: 0,
    text: words.map(({ text }) => text).join(' '),
    start: place,
    end: place + 1,
    confidence: 0.9,
    language: 'en',
    words,
  };
}

/** Entries added per transaction. */
export const ENTRIES_TOGETHER = 5000;

async function fillAuditLog(
  { database, audit }: Storage,
  entries: number,
  onProgress: () => void,
): Promise<void> {
  const event = { action: 'record.read', outcome: 'success', ...ACTOR, what: 'a-session' } as const;
  for (let done = 0; done < entries; done += ENTRIES_TOGETHER) {
    await database.transaction(async (transaction) => {
      for (let more = Math.min(ENTRIES_TOGETHER, entries - done); more > 0; more--)
        await audit.appendIn(transaction, event);
    });
    onProgress();
  }
}
