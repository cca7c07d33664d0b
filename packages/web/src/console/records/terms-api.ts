import type { Answer } from '../../page/server/ask.js';
import type { Server } from '../server/server.js';

/** A term that recognition listens for. */
export interface KeyTerm {
  readonly text: string;
  readonly weight?: number;
  readonly soundsLike?: readonly string[];
}

export function readTerms({
  ask,
}: Server): Promise<Answer<{ readonly terms: readonly KeyTerm[]; readonly count: number }>> {
  return ask('api/v1/key-terms');
}
