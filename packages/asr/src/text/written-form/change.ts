import { wordsBefore } from './rule.js';
import type { Token } from './token.js';

/**
 * Whether a word before `at` speaks of a change: `increased ten to fifteen milligrams` may mean by that much, or from one to
 * the other.
 */
export function isChange(tokens: readonly Token[], at: number): boolean {
  return wordsBefore(tokens, at, 6).some((word) => CHANGES.test(word));
}

const CHANGES =
  /^(?:from|increas|decreas|chang|titrat|uptitrat|taper|go|goes|going|went|switch|rais|lower|reduc|drop|advanc|wean|convert|improv|fell|rose|up|down)/u;
