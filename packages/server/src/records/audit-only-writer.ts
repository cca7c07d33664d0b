import type { AuditLog } from '../audit/audit-log.js';
import type { Actor } from './record.js';
import type { SessionRecordWriter } from './session-writer.js';

/** A writer that keeps nothing, and only logs that there was a session. */
export function createAuditOnlyWriter(
  sessionId: string,
  { who, from }: Actor,
  audit: AuditLog,
): SessionRecordWriter {
  let closed: Promise<void> | undefined;
  return {
    describe: () => undefined,
    commit: () => undefined,
    keepAudio: () => undefined,
    refine: () => undefined,
    changeSpeakers: () => undefined,
    keepSpeakers: () => undefined,
    continueSpeakers: () => Promise.resolve(undefined),
    journalKey: () => undefined,
    leave: () => Promise.resolve(),
    close: (reason) =>
      (closed ??= audit.append({
        action: 'session.end',
        outcome: 'success',
        who,
        from,
        what: sessionId,
        reason,
      })),
  };
}
