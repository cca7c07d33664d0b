import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { RowIntegrity } from '../integrity/row-integrity.js';
import type { AccessAudit } from './access-audit.js';

/** The services with which keys and users are changed. */
export interface ChangeServices {
  readonly database: Pick<Database, 'db' | 'kind' | 'scrub'>;
  readonly queue: CommitQueue;
  readonly audit: AccessAudit;
  readonly integrity: RowIntegrity;
}
