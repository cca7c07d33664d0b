import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import type { Config } from '../../src/config/schema.js';
import type { DatabaseSettings } from '../../src/db/database.js';
import type { FinalRecord } from '../../src/records/record-content.js';
import type { Actor } from '../../src/records/record.js';
import type { SessionRecordWriter } from '../../src/records/session-writer.js';
import { openStorage, type Storage } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';

export const DR_LEE: Actor = {
  who: { tenant: 'default', subject: 'dr-lee', kind: 'user', role: 'clinician' },
  from: '192.0.2.1',
};

/** Settings of a server whose records are in that database. */
function storageConfig(
  settings: DatabaseSettings,
  overrides: Partial<Record<keyof Config, string>> = {},
): Config {
  const { dataDirectory, database } = settings;
  return loadConfig({
    flags: { dataDirectory, database, ...overrides },
    environment: {},
  });
}

/** Opens the storage of a server, which is closed when the test ends. */
export async function openTestStorage(
  settings: DatabaseSettings,
  overrides: Partial<Record<keyof Config, string>> = {},
): Promise<Storage> {
  const config = storageConfig(settings, overrides);
  const storage = await openStorage(config, createLog({ logLevel: 'silent', logFormat: 'json' }));
  onTestFinished(() => storage.close());
  return storage;
}

/** Begins a session of Dr Lee, or of somebody else. */
export function begin(storage: Storage, id: string, actor: Actor = DR_LEE): Promise<SessionRecordWriter> {
  return storage.records.open({
    id,
    kind: 'live',
    actor,
    groups: ['ward-3'],
    model: 'scripted',
    description: {
      language: 'en',
      channels: 1,
      task: 'transcribe',
      sampleRate: 16_000,
      settings: undefined,
    },
  });
}

/** Records a whole session. */
export async function recordSession(storage: Storage, id: string, texts: readonly string[]): Promise<void> {
  const writer = await begin(storage, id);
  await Promise.all(texts.map(async (text, index) => writer.commit(spoken(text, index))));
  await writer.close('1000');
}

/** A final that begins at `second` and lasts less than a second. */
export function spoken(text: string, second: number): FinalRecord {
  const words = text.split(' ').map((word, index) => ({
    text: word,
    start: second + index / 10,
    end: second + (index + 1) / 10,
    confidence: 0.9,
  }));
  return { channel: 0, text, start: second, end: second + 0.9, confidence: 0.9, language: 'en', words };
}
