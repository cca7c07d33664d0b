import { userInfo } from 'node:os';
import type { AuditLog } from '../audit/audit-log.js';
import type { Config } from '../config/schema.js';
import type { Database } from '../db/database.js';
import type { Actor } from '../records/record.js';
import { openStorage, type Storage } from '../storage/open-storage.js';
import { createLog } from '../telemetry/log.js';

/** Opens what a server keeps, for the length of `work`, beside the server or without it. */
export async function withStorage<Result>(
  config: Config,
  work: (storage: Storage, actor: Actor) => Promise<Result>,
): Promise<Result> {
  const log = createLog({ logLevel: 'warn', logFormat: 'text' }, process.stderr);
  const storage = await openStorage(config, log, { opener: 'command' });
  try {
    return await work(storage, commandLineActor());
  } finally {
    await storage.close();
  }
}

/** Opens the database and the audit log for the length of `work`. */
export async function withAudit<Result>(
  config: Config,
  work: (database: Database, audit: AuditLog) => Promise<Result>,
): Promise<Result> {
  return withStorage(config, ({ database, audit }) => work(database, audit));
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
