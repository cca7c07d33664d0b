import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { RowIntegrity } from '../integrity/row-integrity.js';
import type { AccessAudit } from './access-audit.js';
import type { Passwords } from './passwords.js';
import type { RecoveryCodes } from './recovery-codes.js';
import type { Seal } from './seal.js';

/** The services with which keys and users are changed. */
export interface ChangeServices {
  readonly database: Pick<Database, 'db' | 'kind'>;
  readonly queue: CommitQueue;
  readonly audit: AccessAudit;
  readonly integrity: RowIntegrity;
}

/** What users are changed with besides. */
export interface UserServices extends ChangeServices {
  readonly passwords: Passwords;
  readonly recoveryCodes: RecoveryCodes;
  /** Seals the secrets of authenticators. */
  readonly seal: Seal;
  readonly now?: () => Date;
}

/** How long somebody waits for a change before it is refused as `records_unavailable`. */
export const PATIENCE = { milliseconds: 5000 } as const;
