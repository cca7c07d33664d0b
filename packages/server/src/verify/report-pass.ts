import { SERVER_ITSELF } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { Log } from '../telemetry/log.js';
import type { Finding } from './check.js';

const BY_SERVER = { who: SERVER_ITSELF, from: undefined } as const;

/** Logs and audits something that is damaged. */
export async function reportDamage(
  log: Log,
  audit: AuditLog,
  { kind, trouble, session, at }: Finding,
): Promise<void> {
  log.error('SOMETHING THAT IS KEPT IS DAMAGED: see "auscult verify"', {
    reason: `${kind} ${trouble}`,
    session,
  });
  await audit.append({
    ...BY_SERVER,
    action: 'verify.damaged',
    outcome: 'failure',
    what: session ?? at,
    reason: [kind, trouble, ...(session === undefined || at === undefined ? [] : [at])].join(' '),
  });
}

/** Audits that everything was read. */
export async function reportWholePass(audit: AuditLog, damaged: number): Promise<void> {
  await audit.append({
    ...BY_SERVER,
    action: 'verify.pass',
    outcome: damaged === 0 ? 'success' : 'failure',
    what: undefined,
    counts: { damaged },
  });
}
