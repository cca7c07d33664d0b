import { msg, str } from '@lit/localize';
import { number } from '../../localize/numbers.js';
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
    return { refusal: msg(str`A term has at most ${number(LIMITS.letters)} letters. Shorten it.`) };
  const all = [...new Set([...terms, ...added])];
  if (all.length > LIMITS.terms)
    return { refusal: msg(str`There can be at most ${number(LIMITS.terms)} terms. Remove some first.`) };
  return { terms: all };
}
