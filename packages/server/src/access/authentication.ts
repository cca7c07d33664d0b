import type { ErrorCode } from '@auscult/protocol';
import type { Identity } from './identity.js';

/** How a server finds a credential again that itself or another server on the same database has accepted before. */
export type CredentialReference =
  | { readonly kind: 'key'; readonly id: string }
  | { readonly kind: 'login'; readonly digest: string }
  /** A token or a certificate, which nobody keeps: it is valid until then, milliseconds since 1970. */
  | { readonly kind: 'until'; readonly validUntil: number; readonly identity: Identity }
  /** The one person on this machine. */
  | { readonly kind: 'local' };

/** An identity that was shown by a credential. */
export interface Authentication {
  readonly identity: Identity;
  readonly reference: CredentialReference;
  /** What a client secret says about its sessions, as it was sent with the order for the secret. */
  readonly sessionSettings?: unknown;
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
  reference: CredentialReference,
  isStillValid: () => Promise<boolean>,
): AuthenticationResult {
  return { ok: true, authentication: { identity, reference, isStillValid } };
}

/** A credential that is valid until a moment that is known already, milliseconds since 1970. */
export function authenticatedUntil(identity: Identity, validUntil: number): AuthenticationResult {
  if (validUntil <= Date.now()) return EXPIRED;
  const reference = { kind: 'until', validUntil, identity } as const;
  return authenticated(identity, reference, () => Promise.resolve(Date.now() < validUntil));
}
