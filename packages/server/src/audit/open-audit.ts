import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import { anchorFile } from './anchor.js';
import { createAuditLog, type AuditLog } from './audit-log.js';
import { syslogAnchor } from './syslog.js';

/** Opens the audit log with the anchors that are set. Trouble with an anchor is told to `onFailure`. */
export function openAudit(
  config: Config,
  database: Database,
  queue: CommitQueue,
  onFailure: (error: unknown) => void,
): AuditLog {
  const sinks = [anchorFile(auditAnchorPath(config), onFailure)];
  if (config.auditSyslog !== undefined) sinks.push(syslogAnchor(config.auditSyslog, onFailure));
  return createAuditLog(database, queue, sinks);
}

/** The file that heads of the chain are anchored in. */
export function auditAnchorPath({
  auditAnchor,
  dataDirectory,
}: Pick<Config, 'auditAnchor' | 'dataDirectory'>): string {
  return auditAnchor ?? join(dataDirectory, 'audit-anchor.log');
}
