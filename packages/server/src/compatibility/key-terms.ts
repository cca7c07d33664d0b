import { keyTerm, protocolLimits, type KeyTerm } from '@auscult/protocol';
import { RequestError } from '../errors.js';
import type { SentKeyTerms } from '../reading/client-text.js';

const { keyTerms, keyTermLength, keyTermWords } = protocolLimits;

/** What a key term may be, in words. */
const TERM = `1 to ${keyTermLength.max} characters, at most ${keyTermWords.max} words`;

/**
 * Key terms from the parameter `field`, in the form in which sessions and recordings take them.
 * @throws {RequestError} that names the place of a term that is not allowed, such as `keyterm.3`, or says that there are too many.
 */
export function sentTerms(field: string, terms: readonly KeyTerm[]): SentKeyTerms {
  if (terms.length > keyTerms.max)
    throw new RequestError('invalid_request', { field, limit: `at most ${keyTerms.max} terms` });
  const bad = terms.findIndex((term) => !keyTerm.safeParse(term).success);
  if (bad !== -1) throw new RequestError('invalid_request', { field: `${field}.${bad}`, limit: TERM });
  return { count: terms.length, json: JSON.stringify(terms) };
}
