import type { DestroyedByLog } from '../../audit/destroyed-by-log.js';
import type { DatabaseKind } from '../../db/schema-change.js';
import type { Log } from '../../telemetry/log.js';
import type { MasterKeys } from '../master-keys.js';
import type { CopyRows } from './copy-rows.js';

/** The services with which copies of data keys are found and changed. */
export interface CopyServices {
  readonly rows: CopyRows;
  readonly byLog: DestroyedByLog;
  /** The sessions among these that the audit log knows as destroyed. Reports the others, as their notes must be forged. */
  readonly confirmed: (ids: readonly string[]) => Promise<readonly string[]>;
  readonly kind: DatabaseKind;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  /** The path of this server's copy. */
  readonly path: string;
  /** The path of the list of sessions that were destroyed here. */
  readonly listPath: string;
}
