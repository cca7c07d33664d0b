import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sessionSettings } from '@auscult/protocol';
import { nothingWritten } from '@auscult/asr';
import { onTestFinished } from 'vitest';
import { LOCAL_IDENTITY } from '../../src/access/identity.js';
import { settingsByDefault } from '../../src/config/recognition.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createFileJournal, type FileJournalOptions } from '../../src/journal/file-journal.js';
import type { AudioJournal } from '../../src/journal/journal.js';
import type { SessionSnapshot } from '../../src/live/session-snapshot.js';

/** The journal of a server, which is closed when the test ends. Until then, the server may be taken for dead. */
export function openTestJournal(
  directory: string,
  options: Partial<FileJournalOptions> = {},
): AudioJournal & { readonly serverId: string } {
  const serverId = randomUUID();
  const journal = createFileJournal({ directory, serverId, ...options });
  onTestFinished(() => journal.close());
  return { ...journal, serverId };
}

export const NOBODY_LIVES = { isAlive: () => false };

/** Samples whose values tell their places: consecutive numbers from `from` on, which wrap around. */
export function numbered(from: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => (((from + index) % 30_000) + 1) / 32_768);
}

/** A snapshot with these key terms. */
export function snapshotOf(sessionId: string, terms: readonly string[] = []): SessionSnapshot {
  return {
    version: 1,
    sessionId,
    identity: LOCAL_IDENTITY,
    from: '127.0.0.1',
    client: undefined,
    dialect: { name: 'auscult', isResumable: false },
    settings: sessionSettings.parse(settingsByDefault(loadConfig({ flags: {}, environment: {} }))),
    sentTerms: { count: terms.length, json: JSON.stringify(terms) },
    takesBack: true,
    asked: undefined,
    tokenDigest: '00',
    received: { count: 0, seconds: 0, sampleRate: 16_000 },
    channels: [{ nextSequence: 0, writing: nothingWritten }],
    lostSeconds: 0,
  };
}

/** The paths of all segments. */
export function segmentsIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.segment'))
    .map((name) => join(directory, name));
}

/** Everything that is in the files of a folder. */
export function bytesIn(directory: string): Buffer {
  return Buffer.concat(segmentsIn(directory).map((path) => readFileSync(path)));
}
