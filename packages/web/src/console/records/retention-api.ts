import type { Answer } from '../../page/server/ask.js';
import type { Server } from '../server/server.js';

/** How long sessions are kept. */
export interface Retention {
  /** Days; missing if they are kept until they are deleted. */
  readonly days?: number;
  /** Sessions whose time is over, and that the next run destroys. */
  readonly due: number;
  /** Sessions that are under legal hold. */
  readonly held: number;
}

export function readRetention({ ask }: Server): Promise<Answer<Retention>> {
  return ask('api/v1/retention');
}
