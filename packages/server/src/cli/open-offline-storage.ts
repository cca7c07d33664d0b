import { userInfo } from 'node:os';
import type { AuditLog } from '../audit/audit-log.js';
import type { Config } from '../config/schema.js';
import type { Database } from '../db/database.js';
import type { Actor } from '../records/record.js';
import { openStorage, type Storage } from '../storage/open-storage.js';
import { createLog } from '../telemetry/log.js';

/** Opens the storage of a server while `work` is done; the server may be running or not. */
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

/** Opens the database and the audit log while `work` is done. */
export async function withAudit<Result>(
  config: Config,
  work: (database: Database, audit: AuditLog) => Promise<Result>,
): Promise<Result> {
  return withStorage(config, ({ database, audit }) => work(database, audit));
}

/** The actor for commands: whoever may run them on this machine with the keys is its administrator. */
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
