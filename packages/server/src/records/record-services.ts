import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { RowIntegrity } from '../integrity/row-integrity.js';
import type { Log } from '../telemetry/log.js';
import type { MasterKeys } from './master-keys.js';
import type { SessionRows } from './session-rows.js';

/** The services with which records are written, read and destroyed. */
export interface RecordServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly masterKeys: MasterKeys;
  readonly integrity: RowIntegrity;
  readonly rows: SessionRows;
  readonly log: Log;
}
