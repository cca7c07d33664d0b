import type { DestroyedByLog } from '../../audit/destroyed-by-log.js';
import type { DatabaseKind } from '../../db/schema-change.js';
import type { Log } from '../../telemetry/log.js';
import type { MasterKeys } from '../master-keys.js';
import type { CopyRows } from './copy-rows.js';

/** What copies of data keys are found and changed with. */
export interface CopyServices {
  readonly rows: CopyRows;
  readonly byLog: DestroyedByLog;
  /** Those of the sessions that the audit log knows as destroyed. It tells of the others: somebody put them into the database. */
  readonly confirmed: (ids: readonly string[]) => Promise<readonly string[]>;
  readonly kind: DatabaseKind;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  /** The copy of this server. */
  readonly path: string;
  /** The list of what was destroyed here. */
  readonly listPath: string;
}
