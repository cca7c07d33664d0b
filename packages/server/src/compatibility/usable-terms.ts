import { keyTerm, protocolLimits } from '@auscult/protocol';
import { NO_TERMS, type SentKeyTerms } from '../reading/client-text.js';

const { keyTerms, keyTermLength, keyTermWords } = protocolLimits;

/**
 * The key terms among `given`, for clients to which a term that is not allowed must not be the end of the session. Whatever is
 * left out is warned of.
 */
export function usableTerms(given: readonly string[], warn: (reason: string) => void): SentKeyTerms {
  const usable = given.filter((term) => keyTerm.safeParse(term).success).slice(0, keyTerms.max);
  if (usable.length < given.length)
    warn(
      `at most ${keyTerms.max} terms are listened for, each of at most ${keyTermWords.max} words and ${keyTermLength.max} characters`,
    );
  return usable.length === 0 ? NO_TERMS : { count: usable.length, json: JSON.stringify(usable) };
}
