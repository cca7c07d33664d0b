import { createAccountSettings, type AccountSettings } from '../account-settings/account-settings.js';
import type { Config } from '../config/schema.js';
import type { OriginPolicy } from '../http/origins.js';
import type { MasterKeys } from '../records/master-keys.js';
import { createTemplateStore, type TemplateStore } from '../templates/template-store.js';
import type { Log } from '../telemetry/log.js';
import type { AccessAudit } from './access-audit.js';
import type { ChangeServices } from './change-services.js';
import { createAccounts, type Accounts } from './accounts.js';
import { createApiKeys, type ApiKeys } from './api-keys.js';
import { createBreakGlass, type BreakGlass } from './break-glass.js';
import { createClientSecrets, type ClientSecrets } from './client-secrets.js';
import { createCredentialFailures } from './credential-failures.js';
import { createEnrolledVoices, type EnrolledVoices } from './enrolled-voices.js';
import { createFailureLimit, type FailureLimit } from './failure-limit.js';
import { createGuard, type Guard } from './guard.js';
import { createLogins, type Logins } from './logins.js';
import { createPasswords } from './passwords.js';
import { createAuthenticate, createAuthenticateLocal } from './authenticate.js';
import { createRecoveryCodes, type RecoveryCodes } from './recovery-codes.js';
import type { Seal } from './seal.js';
import { createSharedTickets } from './shared-tickets.js';
import { createTickets, type Tickets } from './tickets.js';
import { createTokens } from './tokens.js';
import { createUsers, type Users } from './users.js';

/** The services that decide who is let in and what they may do. */
export interface Access {
  readonly guard: Guard;
  readonly apiKeys: ApiKeys;
  readonly users: Users;
  readonly accounts: Accounts;
  readonly recoveryCodes: Pick<RecoveryCodes, 'left'>;
  readonly logins: Logins;
  readonly tickets: Tickets;
  readonly clientSecrets: ClientSecrets;
  readonly breakGlass: BreakGlass;
  readonly voices: EnrolledVoices;
  readonly templates: TemplateStore;
  readonly settings: AccountSettings;
  readonly audit: AccessAudit;
  readonly log: Log;
  /** Failed logins by address. */
  readonly addressFailures: FailureLimit;
  /** Failed logins by name, whether there is a user of this name or not. */
  readonly nameFailures: FailureLimit;
}

export interface AccessServices extends ChangeServices {
  readonly config: Config;
  readonly log: Log;
  readonly seal: Seal;
  readonly masterKeys: MasterKeys;
  readonly origins: OriginPolicy;
  /** Makes a limit count what other servers see, too; undefined if there are none. */
  readonly shareFailures?: ((name: string, limit: FailureLimit) => FailureLimit) | undefined;
}

/** A mistyped password is no attack; a hundred of them are (docs/decisions/0068). */
const BY_ADDRESS = { most: 20, firstWaitSeconds: 60, longestWaitSeconds: 900 } as const;
const BY_NAME = { most: 5, firstWaitSeconds: 30, longestWaitSeconds: 900 } as const;

/** Where there is no other server, what is seen here counts. */
function countedHere(_name: string, limit: FailureLimit): FailureLimit {
  return limit;
}

export function createAccess(services: AccessServices): Access {
  const { config, log, audit, origins, shareFailures = countedHere } = services;
  const apiKeys = createApiKeys(services);
  const recoveryCodes = createRecoveryCodes(services);
  const userServices = { ...services, passwords: createPasswords(), recoveryCodes };
  const users = createUsers(userServices);
  const logins = createLogins(config, services);
  // Servers share no embedded database.
  const tickets =
    services.database.kind === 'postgres'
      ? createSharedTickets({ ...services, apiKeys, logins })
      : createTickets();
  const clientSecrets = createClientSecrets({ ...services, apiKeys, logins });
  const breakGlass = createBreakGlass();
  const authenticate =
    config.authentication === 'none'
      ? createAuthenticateLocal(clientSecrets)
      : createAuthenticate({
          apiKeys,
          logins,
          tickets,
          clientSecrets,
          tokens: createTokens(config, log),
        });
  return {
    guard: createGuard({
      config,
      log,
      audit,
      origins,
      authenticate,
      failures: createCredentialFailures(),
      breakGlass,
    }),
    apiKeys,
    users,
    accounts: createAccounts(userServices),
    recoveryCodes,
    logins,
    tickets,
    clientSecrets,
    breakGlass,
    voices: createEnrolledVoices(services),
    templates: createTemplateStore(services),
    settings: createAccountSettings(services),
    audit,
    log,
    addressFailures: shareFailures('address', createFailureLimit(BY_ADDRESS)),
    nameFailures: shareFailures('name', createFailureLimit(BY_NAME)),
  };
}
