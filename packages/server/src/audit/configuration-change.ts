import { SERVER_ITSELF, type AuditEvent } from './audit-event.js';

/** The event that tells of one changed setting, or of something that settings lead to. */
export function changeOf(what: string | undefined, reason?: string): AuditEvent {
  return {
    action: 'configuration.change',
    outcome: 'success',
    who: SERVER_ITSELF,
    from: undefined,
    what,
    ...(reason === undefined ? {} : { reason }),
  };
}
