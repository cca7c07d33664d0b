import { LIMITS } from './limits.js';

/** Terms with those of a typed or pasted text behind them, each once, or the sentence that says why not. */
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
