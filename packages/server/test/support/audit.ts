import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { auditEvidence } from '../../src/audit/audit-evidence.js';
import type { AuditEvent } from '../../src/audit/audit-event.js';
import { auditAnchorPath, openAudit, type AnchoredAuditLog } from '../../src/audit/open-audit.js';
import { verifyAudit, type AuditEvidence, type AuditReport } from '../../src/audit/verify.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { Config } from '../../src/config/schema.js';
import { createCommitQueue } from '../../src/db/commit-queue.js';
import { openDatabase, type Database, type DatabaseSettings } from '../../src/db/database.js';
import { loadMasterKeys, newMasterKey, type MasterKeys } from '../../src/records/master-keys.js';

export const EVENT: AuditEvent = {
  action: 'record.read',
  outcome: 'success',
  who: { tenant: 'default', subject: 'dr-lee', kind: 'user', role: 'clinician' },
  from: '192.0.2.1',
  what: 'a-session',
};

/** An audit log over a database of its own, opened as a server does. */
export interface OpenLog {
  readonly database: Database;
  readonly audit: AnchoredAuditLog;
  /** The events that it reported while it was open. */
  readonly told: readonly string[];
  readonly close: () => Promise<void>;
}

/** Master keys that are in no file. A rotation puts another one in front. */
export function masterKeysOf(...keys: readonly string[]): Promise<MasterKeys> {
  const text = (keys.length === 0 ? [newMasterKey()] : keys).join('\n');
  return loadMasterKeys(
    { dataDirectory: '', masterKeyFile: undefined, masterKeyCommand: undefined },
    { AUSCULT_MASTER_KEY: text },
  );
}

/** Opens the log at `settings`; `overrides` are further settings. */
export async function openLog(
  settings: DatabaseSettings,
  masterKeys: MasterKeys,
  overrides: Partial<Record<keyof Config, string>> = {},
): Promise<OpenLog> {
  const config = configOf(settings, overrides);
  const database = await openDatabase(config);
  const queue = createCommitQueue(database, { onFailing: () => undefined, onRecovered: () => undefined });
  const told: string[] = [];
  try {
    const audit = await openAudit(config, { database, queue, masterKeys }, 'server', {
      onAnchorFailing: (sink) => told.push(`${sink} fails`),
      onAnchorRecovered: (sink) => told.push(`${sink} works`),
      onAnchorsMissing: () => told.push('anchors missing'),
      onTrouble: (trouble) => told.push(trouble),
    });
    return {
      database,
      audit,
      told,
      close: async () => {
        await audit.close();
        await queue.close();
        await database.close();
      },
    };
  } catch (error) {
    await queue.close();
    await database.close();
    throw error;
  }
}

/** Opens the log, adds `count` entries, and closes it, which anchors the last entry. */
export async function addEntries(
  settings: DatabaseSettings,
  masterKeys: MasterKeys,
  count: number,
  overrides: Partial<Record<keyof Config, string>> = {},
): Promise<void> {
  const log = await openLog(settings, masterKeys, overrides);
  for (let entry = 0; entry < count; entry++) await log.audit.append(EVENT);
  await log.close();
}

/** Verifies the log with its keys, its anchors, and `more` evidence. */
export async function verifyLog(
  settings: DatabaseSettings,
  masterKeys: MasterKeys | undefined,
  more: Partial<AuditEvidence> = {},
  overrides: Partial<Record<keyof Config, string>> = {},
): Promise<AuditReport> {
  const config = configOf(settings, overrides);
  const database = await openDatabase(config);
  try {
    return await verifyAudit(database, { ...(await auditEvidence(config, masterKeys)), ...more });
  } finally {
    await database.close();
  }
}

/** The file of anchors of a log. */
export function anchorPathOf({ dataDirectory }: Pick<DatabaseSettings, 'dataDirectory'>): string {
  return auditAnchorPath({ dataDirectory, auditAnchor: undefined });
}

/** The lines of the file of anchors. */
export function anchorLinesOf(settings: Pick<DatabaseSettings, 'dataDirectory'>): readonly string[] {
  return readFileSync(anchorPathOf(settings), 'utf8').trimEnd().split('\n');
}

/** Runs statements directly on the database, without the triggers, as an intruder would. */
export async function tamper(settings: DatabaseSettings, ...statements: readonly string[]): Promise<void> {
  const database = await openDatabase(settings);
  const triggers =
    database.kind === 'sqlite'
      ? ['drop trigger if exists audit_entries_no_update', 'drop trigger if exists audit_entries_no_delete']
      : ['drop trigger if exists audit_entries_no_change on audit_entries'];
  try {
    for (const statement of [...triggers, ...statements]) await sql.raw(statement).execute(database.db);
  } finally {
    await database.close();
  }
}

function configOf(
  { dataDirectory, database }: DatabaseSettings,
  overrides: Partial<Record<keyof Config, string>>,
): Config {
  return loadConfig({
    flags: { dataDirectory, database, ...overrides },
    environment: {},
  });
}
