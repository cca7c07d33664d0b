import { auditedIdentity, type AuditedBy } from '../../access/access-audit.js';
import { createApiKeys, type ApiKeys } from '../../access/api-keys.js';
import { LOCAL_IDENTITY } from '../../access/identity.js';
import { createPasswords } from '../../access/passwords.js';
import { createRecoveryCodes } from '../../access/recovery-codes.js';
import { createEnrolledVoices, type EnrolledVoices } from '../../access/enrolled-voices.js';
import { accessSeal } from '../../access/seal.js';
import { createUsers, type Users } from '../../access/users.js';
import type { Config } from '../../config/schema.js';
import { withStorage } from '../open-offline-storage.js';
import { STORAGE_SETTINGS } from '../storage-settings.js';

/** The settings that say where keys and users are kept, and with which key they are vouched for. */
export const ACCESS_SETTINGS = STORAGE_SETTINGS;

/** Keys and users, for whoever has a shell on the machine. */
export interface OpenAccess {
  readonly apiKeys: ApiKeys;
  readonly users: Users;
  readonly voices: EnrolledVoices;
  /** Who makes changes, for the audit log. */
  readonly by: AuditedBy;
}

/** Does `work` with the keys and users of the configured database. A server may run meanwhile. */
export async function withAccess<Result>(
  config: Config,
  work: (access: OpenAccess) => Promise<Result>,
): Promise<Result> {
  const who = { ...auditedIdentity(LOCAL_IDENTITY), subject: 'command-line' };
  return withStorage(config, (storage) =>
    work({
      apiKeys: createApiKeys(storage),
      users: createUsers({
        ...storage,
        passwords: createPasswords(),
        recoveryCodes: createRecoveryCodes(storage),
        seal: accessSeal(config),
      }),
      voices: createEnrolledVoices(storage),
      by: { who, from: undefined },
    }),
  );
}
