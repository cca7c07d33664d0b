import { posting, putting, type Answer } from '../../page/server/ask.js';
import type { Server } from '../server/server.js';

/** A term that recognition listens for. */
export interface KeyTerm {
  readonly text: string;
  readonly weight?: number;
  readonly soundsLike?: readonly string[];
}

/** The terms of a tenant, and after them those of the server. */
export interface KeyTerms {
  readonly terms: readonly KeyTerm[];
  readonly count: number;
  /** How many of them are the tenant's: the first ones. */
  readonly ownCount: number;
  /** Whether the server can write those. */
  readonly editable: boolean;
}

/** How much more likely a term can be made than others. */
export const TERM_WEIGHT = { least: 0.1, most: 3 };

const PATH = 'api/v1/key-terms';

export function readTerms({ ask }: Server): Promise<Answer<KeyTerms>> {
  return ask(PATH);
}

/** Adds a term, or replaces the one with the same text. */
export function putTerm({ ask }: Server, term: KeyTerm): Promise<Answer<unknown>> {
  return ask(PATH, putting(term));
}

export function removeTerm({ ask }: Server, text: string): Promise<Answer<unknown>> {
  return ask(`${PATH}/remove`, posting({ text }));
}
