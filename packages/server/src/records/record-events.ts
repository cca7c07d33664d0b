import type { AuditAction, AuditEvent } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import { RequestError } from '../errors.js';
import type { Actor } from './record.js';
import type { CorrectedSpeakers } from './speaker-changes.js';

/** The audit entry for an action on one record, or on several. */
export function recordEvent(
  action: AuditAction,
  { who, from, reason }: Actor,
  id: string | undefined,
): AuditEvent {
  return { action, outcome: 'success', who, from, what: id, reason };
}

/** The audit entry for a correction of speakers. */
export function correctionEvent(
  { spans, merge, name }: CorrectedSpeakers,
  place: number,
  { id, actor, revision }: CorrectedRecord,
): AuditEvent {
  const counts = { change: place, spans: spans.length, merged: merge.length, named: name.length };
  return {
    ...recordEvent('record.correct', actor, id),
    counts: revision === undefined ? counts : { ...counts, revision },
  };
}

interface CorrectedRecord {
  readonly id: string;
  readonly actor: Actor;
  /** That of the session's row; undefined if it is not vouched for. */
  readonly revision: number | undefined;
}

/** Does `work`; if it finds the record damaged, that is logged in the audit log too. */
export async function reportingDamage<Result>(
  audit: AuditLog,
  id: string,
  actor: Actor,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RequestError && error.code === 'record_damaged')
      await audit.append({ ...recordEvent('record.damaged', actor, id), outcome: 'failure' });
    throw error;
  }
}
