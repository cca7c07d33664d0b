import type { ErrorCode } from '@auscult/protocol';
import type { Identity } from './identity.js';

/** Somebody who has shown who they are. */
export interface Authentication {
  readonly identity: Identity;
  /** Whether what was shown still holds: it has neither expired nor been revoked. May count as a sign of life. */
  readonly isStillValid: () => Promise<boolean>;
}

/** What came of looking at a credential. */
export type Recognition =
  | { readonly ok: true; readonly authentication: Authentication }
  /** Nothing was shown at all. */
  | { readonly ok: false; readonly shown: false }
  | {
      readonly ok: false;
      readonly shown: true;
      readonly code: Extract<ErrorCode, 'unauthenticated' | 'credential_expired' | 'ticket_invalid'>;
    };

/** A credential that proves nothing. */
export const NOT_VALID: Recognition = { ok: false, shown: true, code: 'unauthenticated' };

/** A credential that did prove something, once. */
export const EXPIRED: Recognition = { ok: false, shown: true, code: 'credential_expired' };

export function recognised(identity: Identity, isStillValid: () => Promise<boolean>): Recognition {
  return { ok: true, authentication: { identity, isStillValid } };
}
