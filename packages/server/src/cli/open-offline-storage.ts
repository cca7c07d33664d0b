import { userInfo } from 'node:os';
import type { AuditLog } from '../audit/audit-log.js';
import { openAudit } from '../audit/open-audit.js';
import type { Config } from '../config/schema.js';
import { createCommitQueue } from '../db/commit-queue.js';
import { openDatabase, type Database } from '../db/database.js';
import type { Actor } from '../records/record.js';
import { openStorage, type Storage } from '../storage/open-storage.js';
import { createLog } from '../telemetry/log.js';

/** Opens what a server keeps, for the length of `work`, beside the server or without it. */
export async function withStorage<Result>(
  config: Config,
  work: (storage: Storage, actor: Actor) => Promise<Result>,
): Promise<Result> {
  const log = createLog({ logLevel: 'warn', logFormat: 'text' }, process.stderr);
  const storage = await openStorage(config, log);
  try {
    return await work(storage, commandLineActor());
  } finally {
    await storage.close();
  }
}

/** Opens the audit log alone, which needs no master key, for the length of `work`. */
export async function withAudit<Result>(
  config: Config,
  work: (database: Database, audit: AuditLog) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(config);
  const commits = createCommitQueue(database, { onFailing: () => undefined, onRecovered: () => undefined });
  const audit = openAudit(config, database, commits, () => {
    process.stderr.write('auscult: the head of the audit log could not be anchored\n');
  });
  try {
    return await work(database, audit);
  } finally {
    await audit.close();
    await commits.close();
    await database.close();
  }
}

/** Whoever may run commands on this machine with the keys is its administrator. */
export function commandLineActor(): Actor {
  return {
    who: { tenant: 'default', subject: `user:${userName()}`, kind: 'local', role: 'administrator' },
    from: undefined,
  };
}

/** A process may run as a user that the system has no name for. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
