import { auditedIdentity, type AccessAuditAction } from '../../access/access-audit.js';
import { createApiKeys, type ApiKeys } from '../../access/api-keys.js';
import { LOCAL_IDENTITY } from '../../access/identity.js';
import { createPasswords } from '../../access/passwords.js';
import { createRecoveryCodes } from '../../access/recovery-codes.js';
import { accessSeal } from '../../access/seal.js';
import { createUsers, type Users } from '../../access/users.js';
import type { Config } from '../../config/schema.js';
import { withAudit } from '../open-offline-storage.js';
import { AUDIT_SETTINGS } from '../storage-settings.js';

/** Settings that say where keys and users are kept. */
export const ACCESS_SETTINGS = AUDIT_SETTINGS;

/** Keys and users, for whoever has a shell on the machine. */
export interface OpenAccess {
  readonly apiKeys: ApiKeys;
  readonly users: Users;
  /** Writes down what was done to `what`. */
  readonly audit: (action: AccessAuditAction, what: string) => Promise<void>;
}

/** Does `work` with the keys and users that the settings lead to. A server may run meanwhile. */
export async function withAccess<Result>(
  config: Config,
  work: (access: OpenAccess) => Promise<Result>,
): Promise<Result> {
  const who = { ...auditedIdentity(LOCAL_IDENTITY), subject: 'command-line' };
  return withAudit(config, (database, log) =>
    work({
      apiKeys: createApiKeys(database),
      users: createUsers({
        database,
        passwords: createPasswords(),
        recoveryCodes: createRecoveryCodes(database),
        seal: accessSeal(config),
      }),
      audit: (action, what) => log.append({ action, outcome: 'success', who, from: undefined, what }),
    }),
  );
}
