import { isCommon } from './common-words.js';
import { keyTermLimits, type KeyTerm } from './key-term.js';
import { plainWords } from './term-list.js';
import { createWritable } from './writable.js';

/** Why a term is left out of a list. */
export type LeftOutReason =
  /** It has no letter, or characters that no text in the language has: emoji, control characters, other scripts. */
  | 'unwritable'
  /** It is in the list already, perhaps in another letter case. */
  | 'duplicate'
  /** It consists of words that occur in any speech, or sounds like them. */
  | 'common';

/** The terms that can be looked for, and how many of the given ones were left out. */
export interface CheckedKeyTerms {
  readonly terms: readonly KeyTerm[];
  readonly leftOut: Readonly<Record<LeftOutReason, number>>;
}

/**
 * Leaves out terms that would do harm or no good, and tidies the others: single spaces, composed characters. The
 * terms must be within `keyTermLimits`.
 *
 * @param language BCP 47 tag of the speech; with `auto`, any script is accepted
 */
export function checkKeyTerms(given: readonly KeyTerm[], language: string): CheckedKeyTerms {
  const isWritable = createWritable(language);
  const terms = new Map<string, KeyTerm>();
  const leftOut: Record<LeftOutReason, number> = { unwritable: 0, duplicate: 0, common: 0 };
  for (const term of given.map(tidy)) {
    const ways = [term.text, ...(term.soundsLike ?? [])];
    const key = keyOf(term);
    if (!ways.every(isWritable)) leftOut.unwritable++;
    else if (terms.has(key)) leftOut.duplicate++;
    else if (ways.map(plainWords).some(isCommon)) leftOut.common++;
    else terms.set(key, term);
  }
  return { terms: [...terms.values()], leftOut };
}

/**
 * Merges several lists, the most important one first, into one: each term once, and no more than a session may have.
 */
export function mergeKeyTerms(...lists: readonly (readonly KeyTerm[])[]): readonly KeyTerm[] {
  const merged = new Map<string, KeyTerm>();
  for (const term of lists.flat()) {
    if (merged.size >= keyTermLimits.terms) break;
    const key = keyOf(term);
    if (!merged.has(key)) merged.set(key, term);
  }
  return [...merged.values()];
}

function keyOf({ text }: KeyTerm): string {
  return text.toLowerCase();
}

function tidy({ soundsLike, ...term }: KeyTerm): KeyTerm {
  return {
    ...term,
    text: tidied(term.text),
    ...(soundsLike === undefined ? {} : { soundsLike: soundsLike.map(tidied) }),
  };
}

function tidied(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ');
}
