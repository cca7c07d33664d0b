import { keyTerm, protocolLimits, type KeyTerm } from '@auscult/protocol';
import { NO_TERMS, type SentKeyTerms } from '../reading/client-text.js';

const { keyTerms, keyTermLength, keyTermWords } = protocolLimits;

/**
 * The key terms among `given`, for clients to which a term that is not allowed must not be the end of the session. Whatever is
 * left out is warned of.
 */
export function usableTerms(given: readonly unknown[], warn: (reason: string) => void): SentKeyTerms {
  const usable: KeyTerm[] = [];
  for (const one of given) {
    if (usable.length === keyTerms.max) break;
    const { data } = keyTerm.safeParse(one);
    if (data !== undefined) usable.push(data);
  }
  if (usable.length < given.length)
    warn(
      `at most ${keyTerms.max} terms are listened for, each of at most ${keyTermWords.max} words and ${keyTermLength.max} characters`,
    );
  return usable.length === 0 ? NO_TERMS : { count: usable.length, json: JSON.stringify(usable) };
}

/** Both lists in one. */
export function joinTerms(one: SentKeyTerms, other: SentKeyTerms): SentKeyTerms {
  if (one.count === 0) return other;
  if (other.count === 0) return one;
  return { count: one.count + other.count, json: `${one.json.slice(0, -1)},${other.json.slice(1)}` };
}
