import { existsSync } from 'node:fs';
import type { Config } from '../config/schema.js';
import { openForReading, type ReadableDatabase } from '../db/database.js';
import { keyCopyPath } from '../records/key-copies/key-copy.js';
import { loadMasterKeys, type MasterKeys } from '../records/master-keys.js';
import { auditLogCheck } from './audit-check.js';
import { backupCheck, keyCopyCheck } from './backup-check.js';
import type { Check, CheckName, Finding } from './check.js';
import { databaseCheck } from './database-check.js';
import { keysCheck } from './keys-check.js';
import { recordsCheck } from './records-check.js';
import { headsCheck, rowsCheck } from './rows-check.js';
import { secretsCheck } from './secrets-check.js';
import { stepsOf } from './run-checks.js';

/** The result of verifying everything. */
export interface VerifyReport {
  /** How many things were checked, by check. */
  readonly checked: Readonly<Partial<Record<CheckName, number>>>;
  /** Empty if everything is intact. */
  readonly findings: readonly Finding[];
}

/** What to check besides what the settings name, and who is told about the progress. */
export interface VerifyOptions {
  /** Files that `auscult backup` wrote. */
  readonly backups?: readonly string[] | undefined;
  readonly onProgress?: (check: CheckName, done: number, of: number) => void;
}

/**
 * Reads everything that the server keeps: every page of the embedded database, every data key, record and entry of
 * the audit log, the copy of data keys if there is one, and backups. Changes nothing, and may be done while the
 * server runs.
 * @throws {ConfigError} if the database or the master key cannot be opened at all
 */
export async function verifyStorage(
  config: Config,
  { backups = [], onProgress = () => undefined }: VerifyOptions = {},
): Promise<VerifyReport> {
  const masterKeys = await loadMasterKeys(config);
  const database = await openForReading(config);
  try {
    const checked: Partial<Record<CheckName, number>> = {};
    const findings: Finding[] = [];
    for (const check of checksOf({ database, masterKeys, config }, backups)) {
      const { name } = check;
      const of = await check.count().catch(() => 0);
      let done = 0;
      for await (const step of stepsOf(check)) {
        done += step.checked;
        findings.push(...step.findings);
        onProgress(name, Math.min(done, of), of);
      }
      checked[name] = (checked[name] ?? 0) + done;
    }
    return { checked, findings };
  } finally {
    await database.close();
  }
}

/** All checks, including those of these backups. */
export function checksOf(
  {
    database,
    masterKeys,
    config,
  }: { readonly database: ReadableDatabase; readonly masterKeys: MasterKeys; readonly config: Config },
  backups: readonly string[],
): readonly Check[] {
  const keyCopy = keyCopyPath(config);
  const surroundings = { database, masterKeys, keyCopy };
  return [
    databaseCheck(database),
    keysCheck(database, masterKeys),
    recordsCheck(database, masterKeys),
    auditLogCheck(database, config, masterKeys),
    rowsCheck({ database, masterKeys }),
    headsCheck({ database, masterKeys }),
    secretsCheck({ database, masterKeys, config }),
    ...(existsSync(keyCopy) || backups.length > 0 ? [keyCopyCheck(surroundings)] : []),
    ...backups.map((path) => backupCheck(path, surroundings)),
  ];
}
