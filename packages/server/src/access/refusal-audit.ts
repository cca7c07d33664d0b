import type { ErrorCode } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import type { Log } from '../telemetry/log.js';
import { auditedIdentity, type AccessAudit } from './access-audit.js';
import type { Action } from './permissions.js';

/** Notes in the audit log who was refused. */
export interface RefusalAudit {
  /** Notes that the credential of a request was not valid. */
  readonly failed: (request: FastifyRequest, code: ErrorCode) => Promise<void>;
  /** Notes that whoever makes the request may not do this, or not to `what`. */
  readonly denied: (request: FastifyRequest, action: Action, what?: string) => Promise<void>;
}

/** Notes refusals in the audit log and, if somebody is known, in the log of the server. */
export function createRefusalAudit(audit: AccessAudit, log: Log): RefusalAudit {
  return {
    failed: async ({ ip }, code) => {
      await audit.append({
        action: 'access.failed',
        outcome: 'failure',
        who: undefined,
        from: ip,
        what: undefined,
        reason: code,
      });
    },
    denied: async ({ authentication, ip }, action, what) => {
      const who = authentication?.identity;
      log.warn('access denied', { action, role: who?.role });
      await audit.append({
        action: 'access.denied',
        outcome: 'denied',
        who: who && auditedIdentity(who),
        from: ip,
        what,
        reason: action,
      });
    },
  };
}
