import { z } from 'zod';
import type { ApiKeys } from './api-keys.js';
import {
  NOT_VALID,
  authenticatedUntil,
  type AuthenticationResult,
  type CredentialReference,
} from './authentication.js';
import { GRANTABLE_ROLES } from './identity.js';
import type { Logins } from './logins.js';

const identity = z.object({
  tenant: z.string(),
  subject: z.string(),
  kind: z.enum(['local', 'key', 'token', 'user', 'certificate']),
  role: z.enum([...GRANTABLE_ROLES, 'local']),
  groups: z.array(z.string()).readonly(),
});

/** A {@link CredentialReference}, as it comes back from where it was sealed. */
export const credentialReference = z.union([
  z.object({ kind: z.literal('key'), id: z.string() }),
  z.object({ kind: z.literal('login'), digest: z.string() }),
  z.object({ kind: z.literal('until'), validUntil: z.number(), identity }),
  z.object({ kind: z.literal('local') }),
]) satisfies z.ZodType<CredentialReference>;

/** The sources that know credentials which were accepted before. */
export interface KnownCredentials {
  readonly apiKeys: Pick<ApiKeys, 'authenticateId'>;
  readonly logins: Pick<Logins, 'authenticateDigest'>;
}

/** Finds a credential again, if it is still valid. */
export function findCredential(
  { apiKeys, logins }: KnownCredentials,
  reference: CredentialReference,
): Promise<AuthenticationResult> {
  switch (reference.kind) {
    case 'key':
      return apiKeys.authenticateId(reference.id);
    case 'login':
      return logins.authenticateDigest(reference.digest);
    case 'until':
      return Promise.resolve(authenticatedUntil(reference.identity, reference.validUntil));
    case 'local':
      // It was accepted before the server required authentication.
      return Promise.resolve(NOT_VALID);
  }
}
