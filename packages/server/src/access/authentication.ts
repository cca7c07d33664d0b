import type { ErrorCode } from '@auscult/protocol';
import type { Identity } from './identity.js';

/** An identity that was shown by a credential. */
export interface Authentication {
  readonly identity: Identity;
  /** Whether the credential is still valid, neither expired nor revoked. May count as use of it. */
  readonly isStillValid: () => Promise<boolean>;
}

/** The result of checking a credential. */
export type AuthenticationResult =
  | { readonly ok: true; readonly authentication: Authentication }
  /** No credential was shown at all. */
  | { readonly ok: false; readonly shown: false }
  | {
      readonly ok: false;
      readonly shown: true;
      readonly code: Extract<ErrorCode, 'unauthenticated' | 'credential_expired' | 'ticket_invalid'>;
    };

/** A credential that proves nothing. */
export const NOT_VALID: AuthenticationResult = { ok: false, shown: true, code: 'unauthenticated' };

/** A credential that was valid once. */
export const EXPIRED: AuthenticationResult = { ok: false, shown: true, code: 'credential_expired' };

export function authenticated(
  identity: Identity,
  isStillValid: () => Promise<boolean>,
): AuthenticationResult {
  return { ok: true, authentication: { identity, isStillValid } };
}
