import type { AccessAuditAction } from '../access/access-audit.js';
import type { Identity } from '../access/identity.js';

/** Everything that is audited. An action is added here before anything can be logged under its name. */
export type AuditAction =
  | AccessAuditAction
  | 'session.start'
  | 'session.end'
  | 'session.continue'
  | 'session.watch'
  | 'session.stop'
  | 'record.list'
  | 'record.read'
  | 'record.correct'
  | 'record.refine'
  | 'record.export'
  | 'record.delete'
  | 'record.hold'
  | 'record.release'
  | 'record.damaged'
  | 'retention.destroy'
  | 'retention.run'
  | 'retention.failed'
  | 'backup.create'
  | 'backup.restore'
  | 'audit.read'
  | 'audit.verify'
  | 'audit.export'
  | 'audit.sign'
  | 'audit.accept'
  | 'audit.anchors-missing'
  | 'audit.anchor-failed'
  | 'audit.anchor-recovered'
  | 'verify.damaged'
  | 'verify.pass'
  | 'master-key.create'
  | 'master-key.rotate'
  | 'server.start'
  | 'server.stop'
  | 'configuration.change'
  | 'key-terms.change'
  | 'rows.vouch'
  | 'row.refused';

/** Something that somebody did, or tried to do. It never holds what was said, a token or a key. */
export interface AuditEvent {
  readonly action: AuditAction;
  readonly outcome: 'success' | 'denied' | 'failure';
  /** Undefined where nobody is known. */
  readonly who: Pick<Identity, 'tenant' | 'subject' | 'kind' | 'role'> | undefined;
  /** Remote address. */
  readonly from: string | undefined;
  /** Id of what it was done to, never content. */
  readonly what: string | undefined;
  /** Code, or the reason that was given. */
  readonly reason?: string | undefined;
  /** Numbers that belong to the event, such as how many finals were destroyed. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** The server itself, when it does something of its own accord. */
export const SERVER_ITSELF = {
  tenant: 'default',
  subject: 'server',
  kind: 'local',
  role: 'service',
} as const satisfies AuditEvent['who'];
