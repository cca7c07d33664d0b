import { SERVER_ITSELF, type AuditEvent } from './audit-event.js';

/** The event for one changed setting, or for the change of something that a setting names. */
export function changeOf(what: string | undefined, reason?: string): AuditEvent {
  return {
    action: 'configuration.change',
    outcome: 'success',
    who: SERVER_ITSELF,
    from: undefined,
    what,
    reason,
  };
}
