import { wordsBefore } from './rule.js';
import type { Token } from './token.js';

/** `increased ten to fifteen milligrams`: by that much, or from one to the other? The word says either. */
export function isChange(tokens: readonly Token[], at: number): boolean {
  return wordsBefore(tokens, at, 6).some((word) => CHANGES.test(word));
}

const CHANGES =
  /^(?:from|increas|decreas|chang|titrat|uptitrat|taper|go|goes|going|went|switch|rais|lower|reduc|drop|advanc|wean|convert|improv|fell|rose|up|down)/u;
