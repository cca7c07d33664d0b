import type { Answer } from '../../page/server/ask.js';
import { withQuery, type Server } from '../server/server.js';

/** A session that is open. */
export interface LiveSession {
  readonly id: string;
  readonly owner: string;
  readonly ownerName?: string;
  readonly groups: readonly string[];
  readonly startedAt: string;
  readonly language: string;
  readonly model: string;
  readonly channels: number;
  readonly server?: string;
  readonly protocol?: string;
  readonly client?: string;
  /** False if its connection broke, and the client may come back. */
  readonly connected?: boolean;
  /** Whether it is being completed. */
  readonly ending?: boolean;
  readonly audioSeconds?: number;
  readonly finalDelaySeconds?: number;
}

export interface LivePage {
  readonly sessions: readonly LiveSession[];
  readonly next?: string;
}

const PATH = 'api/v1/live';

/** Who speaks at the moment. */
export function readLive({ ask }: Server, after: string | undefined): Promise<Answer<LivePage>> {
  return ask(withQuery(PATH, { after }));
}

/** Ends a session; its record is completed. */
export function endSession({ ask }: Server, id: string): Promise<Answer<unknown>> {
  return ask(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
