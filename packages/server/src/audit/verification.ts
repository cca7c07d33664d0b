import type { Config } from '../config/schema.js';
import type { Storage } from '../storage/open-storage.js';
import { auditEvidence } from './audit-evidence.js';
import { verifyAudit, type AuditReport } from './verify.js';

/** How far the verification of the log has come that somebody has asked a server for. */
export type VerificationState =
  | { readonly state: 'none' }
  | {
      readonly state: 'running';
      readonly startedAt: string;
      /** Entries that were read, and how many there are. */
      readonly done: number;
      readonly of: number;
    }
  | {
      readonly state: 'done';
      readonly startedAt: string;
      readonly endedAt: string;
      readonly report: AuditReport;
    }
  | { readonly state: 'failed'; readonly startedAt: string; readonly endedAt: string };

/** Verifies the log when somebody asks for it; one verification at a time, which all that ask share. */
export interface AuditVerification {
  readonly state: () => VerificationState;
  /** Begins, unless one is under way. Resolves when it is over. */
  readonly run: () => Promise<void>;
}

/** Begins with none. */
export function createAuditVerification(
  config: Config,
  { database, masterKeys }: Pick<Storage, 'database' | 'masterKeys'>,
  onFailure: (error: unknown) => void,
): AuditVerification {
  let state: VerificationState = { state: 'none' };
  let running: Promise<void> | undefined;

  const verify = async (): Promise<void> => {
    const startedAt = new Date().toISOString();
    state = { state: 'running', startedAt, done: 0, of: 0 };
    try {
      const report = await verifyAudit(database, await auditEvidence(config, masterKeys), (done, of) => {
        state = { state: 'running', startedAt, done, of };
      });
      state = { state: 'done', startedAt, endedAt: new Date().toISOString(), report };
    } catch (error) {
      onFailure(error);
      state = { state: 'failed', startedAt, endedAt: new Date().toISOString() };
    }
  };

  return {
    state: () => state,
    run: () =>
      (running ??= verify().finally(() => {
        running = undefined;
      })),
  };
}
