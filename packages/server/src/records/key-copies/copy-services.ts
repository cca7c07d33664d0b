import type { DatabaseKind } from '../../db/schema-change.js';
import type { Log } from '../../telemetry/log.js';
import type { MasterKeys } from '../master-keys.js';
import type { CopyRows } from './copy-rows.js';

/** What copies of data keys are found and changed with. */
export interface CopyServices {
  readonly rows: CopyRows;
  readonly kind: DatabaseKind;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  /** The copy of this server. */
  readonly path: string;
  /** The list of what was destroyed here. */
  readonly listPath: string;
}
