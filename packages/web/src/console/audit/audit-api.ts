import { posting, type Answer } from '../../page/server/ask.js';
import { withQuery, type Server } from '../server/server.js';

/** Something that somebody did, or tried to do. */
export interface AuditEntry {
  readonly sequence: number;
  readonly time: string;
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly subject?: string;
  readonly actorName?: string;
  readonly role?: string;
  readonly from?: string;
  readonly what?: string;
  readonly reason?: string;
  readonly counts?: Readonly<Record<string, number>>;
}

export const AUDIT_OUTCOMES = ['success', 'denied', 'failure'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** What the log is searched by. */
export interface AuditSearch {
  readonly actor?: string;
  readonly action?: string;
  readonly what?: string;
  readonly outcome?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** How far back the log was searched, if that was not its beginning. */
  readonly searchedTo?: string;
  readonly next?: string;
}

/** How far a verification of the log is, and what it has found. */
export interface AuditVerification {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Entries that were verified, of all of them. */
  readonly done?: number;
  readonly of?: number;
  readonly result?: {
    readonly sound: boolean;
    readonly entries: number;
    readonly firstProblem?: { readonly kind: string; readonly sequence?: number };
  };
}

const PATH = 'api/v1/audit';

/** Where the whole log is as a file. */
export const AUDIT_EXPORT_PATH = `${PATH}/export`;

/** A page of the log, the newest entries first. */
export function readAudit(
  { ask }: Server,
  search: AuditSearch,
  after: string | undefined,
): Promise<Answer<AuditPage>> {
  return ask(withQuery(PATH, { ...search, after }));
}

/** Begins to verify the log. */
export function startVerification({ ask }: Server): Promise<Answer<AuditVerification>> {
  return ask(`${PATH}/verify`, posting({}));
}

/** How far the last verification is. */
export function readVerification({ ask }: Server): Promise<Answer<AuditVerification>> {
  return ask(`${PATH}/verify`);
}
