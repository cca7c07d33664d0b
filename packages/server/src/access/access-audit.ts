import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { Identity } from './identity.js';

/** The audited actions that concern access and permissions. */
export type AccessAuditAction =
  | 'login'
  | 'login.code-asked'
  | 'login.failed'
  | 'login.locked'
  | 'login.recovery-code'
  | 'logout'
  | 'access.failed'
  | 'access.denied'
  | 'access.break-glass'
  | 'client-secret.create'
  | 'key.create'
  | 'key.revoke'
  | 'user.create'
  | 'user.change'
  | 'user.disable'
  | 'user.reset'
  | 'account.password'
  | 'account.authenticator'
  | 'account.recovery-codes'
  | 'voice.enrol'
  | 'voice.use'
  | 'voice.delete'
  | 'template.create'
  | 'template.change'
  | 'template.delete';

/** What the audit log says about whoever did something. */
export type AuditedIdentity = Pick<Identity, 'tenant' | 'subject' | 'kind' | 'role'>;

/** Something that somebody did, or tried to do. It never holds what was said, a token or a key. */
interface AccessAuditEvent {
  readonly action: AccessAuditAction;
  readonly outcome: 'success' | 'denied' | 'failure';
  /** Undefined where nobody is known. */
  readonly who: AuditedIdentity | undefined;
  /** Remote address. */
  readonly from: string | undefined;
  /** Id of what it was done to, never content. */
  readonly what: string | undefined;
  /** Code, or the reason that was given. */
  readonly reason?: string | undefined;
  /** The revision that a change makes: see `integrity/revisions.ts`. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** The part of the audit log that access writes to. */
export interface AccessAudit {
  /** Adds an event. Rejects if it cannot be written: the caller then refuses the work. */
  readonly append: (event: AccessAuditEvent) => Promise<void>;
  /** Adds the event together with the transaction's other changes: afterwards all of them are there, or none. */
  readonly appendIn: (transaction: Transaction<Schema>, event: AccessAuditEvent) => Promise<void>;
}

/** Who changes something, and from where, for the audit log. */
export interface AuditedBy {
  /** Undefined where nobody is known. */
  readonly who: AuditedIdentity | undefined;
  /** Remote address. */
  readonly from: string | undefined;
}

/** Whoever makes a request, for the audit log. */
export function auditedBy(who: Identity, { ip }: { readonly ip: string }): AuditedBy {
  return { who: auditedIdentity(who), from: ip };
}

/** The event that `who` did something with a request from `ip`, to `what` if that has an id. */
export function auditedSuccess(
  action: AccessAuditAction,
  who: Identity,
  { ip }: { readonly ip: string },
  what?: string,
): AccessAuditEvent {
  return { action, outcome: 'success', who: auditedIdentity(who), from: ip, what };
}

export function auditedIdentity({ tenant, subject, kind, role }: Identity): AuditedIdentity {
  return { tenant, subject, kind, role };
}
