import { LIMITS } from './limits.js';

/** The terms followed by those of a typed or pasted text, each once; or a sentence that says why they cannot be added. */
export function withTerms(
  terms: readonly string[],
  text: string,
): { readonly terms: readonly string[] } | { readonly refusal: string } {
  const added = text
    .split(/[\n,;]+/u)
    .map((term) => term.trim().replace(/\s+/gu, ' '))
    .filter((term) => term !== '');
  if (added.some((term) => term.length > LIMITS.letters))
    return { refusal: `A term has at most ${String(LIMITS.letters)} letters. Shorten it.` };
  const all = [...new Set([...terms, ...added])];
  if (all.length > LIMITS.terms)
    return { refusal: `There can be at most ${String(LIMITS.terms)} terms. Remove some first.` };
  return { terms: all };
}
