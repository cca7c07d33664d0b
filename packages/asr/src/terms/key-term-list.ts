import { createHash } from 'node:crypto';
import type { KeyTerm } from './key-term.js';

/**
 * Key terms in the form in which processes exchange them: code that only passes thousands of them on need not parse them.
 */
export interface KeyTermList {
  /** Derived from the content: lists with the same name are equal. */
  readonly name: string;
  /** How many terms there are. */
  readonly count: number;
  /** The terms, in JSON. */
  readonly json: string;
}

/** Makes a list of terms that have passed `checkKeyTerms`. */
export function listKeyTerms(terms: readonly KeyTerm[]): KeyTermList {
  const json = JSON.stringify(terms);
  return { name: keyTermListName(json), count: terms.length, json };
}

/** The name of a list with this content. */
export function keyTermListName(json: string): string {
  return createHash('sha256').update(json).digest('base64url');
}

/** The terms of a list. */
export function termsOfList({ json }: KeyTermList): readonly KeyTerm[] {
  return JSON.parse(json) as readonly KeyTerm[];
}
