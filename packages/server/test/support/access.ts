import type { AuditedBy } from '../../src/access/access-audit.js';
import type { ChangeServices } from '../../src/access/change-services.js';
import { auditKeys } from '../../src/audit/audit-keys.js';
import { createAuditLog } from '../../src/audit/audit-log.js';
import { SERVER_ITSELF } from '../../src/audit/audit-event.js';
import { createCommitQueue } from '../../src/db/commit-queue.js';
import type { Database } from '../../src/db/database.js';
import { createRowIntegrity } from '../../src/integrity/row-integrity.js';
import { loadMasterKeys } from '../../src/records/master-keys.js';
import { createLog } from '../../src/telemetry/log.js';

/** The server as the actor, for changes that are not the subject of a test. */
export const BY_SERVER: AuditedBy = { who: SERVER_ITSELF, from: undefined };

/** The services that change keys and users of a database, as another process would, with the master key in a folder. */
export async function changeServices(database: Database, dataDirectory: string): Promise<ChangeServices> {
  const queue = createCommitQueue(database, { onFailing: () => undefined, onRecovered: () => undefined });
  const masterKeys = await loadMasterKeys(
    { dataDirectory, masterKeyFile: undefined, masterKeyCommand: undefined },
    {},
  );
  const audit = createAuditLog({
    database,
    queue,
    keys: auditKeys(masterKeys),
    chain: undefined,
    onAnchored: () => Promise.resolve(),
    onTrouble: () => undefined,
  });
  const log = createLog({ logLevel: 'silent', logFormat: 'json' });
  return { database, queue, audit, integrity: createRowIntegrity({ database, audit, masterKeys, log }) };
}
