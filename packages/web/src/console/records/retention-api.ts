import type { Answer } from '../../page/server/ask.js';
import { withQuery, type Server } from '../server/server.js';

/** How long sessions are kept. */
export interface Retention {
  /** Days; missing if they are kept until they are deleted. */
  readonly days?: number;
  /** Sessions whose time is over, and that the next run destroys. */
  readonly due: number;
  /** Sessions whose time is over, and that stay, since they are under legal hold. */
  readonly held: number;
}

/** Sessions whose time is over, the oldest first. */
export interface DuePage {
  readonly records: readonly DueSession[];
  /** Leads to the page after this one. */
  readonly next?: string;
}

export interface DueSession {
  readonly id: string;
  readonly startedAt: string;
  /** Whether it stays, since it is under legal hold. */
  readonly held: boolean;
}

const PATH = 'api/v1/retention';

export function readRetention({ ask }: Server): Promise<Answer<Retention>> {
  return ask(PATH);
}

export function readDue({ ask }: Server, after: string | undefined): Promise<Answer<DuePage>> {
  return ask(withQuery(`${PATH}/due`, { after }));
}

/** What a run has done. */
export interface RetentionRun {
  readonly destroyed: number;
  /** What is left to be destroyed by another run. */
  readonly due: number;
}

/** Destroys some hundred sessions whose time is over, the oldest first. */
export function runRetention({ ask }: Server): Promise<Answer<RetentionRun>> {
  return ask(`${PATH}/run`, { method: 'POST' });
}
