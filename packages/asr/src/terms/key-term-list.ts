import { createHash } from 'node:crypto';
import type { KeyTerm } from './key-term.js';

/** Key terms as they go from process to process: whoever only hands them on need not take thousands of them apart. */
export interface KeyTermList {
  /** Follows from what is in the list: lists of the same name are the same. */
  readonly name: string;
  /** How many terms there are. */
  readonly count: number;
  /** The terms, in JSON. */
  readonly json: string;
}

/** Makes a list of terms that `checkKeyTerms` has left. */
export function listKeyTerms(terms: readonly KeyTerm[]): KeyTermList {
  const json = JSON.stringify(terms);
  return { name: createHash('sha256').update(json).digest('base64url'), count: terms.length, json };
}

/** The terms of a list. */
export function termsOfList({ json }: KeyTermList): readonly KeyTerm[] {
  return JSON.parse(json) as readonly KeyTerm[];
}
