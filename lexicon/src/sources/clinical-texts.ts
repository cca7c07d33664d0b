import { phrasesIn, wordsIn } from '../terms/words.js';

/**
 * In how many of the texts each word and each phrase of up to four words occurs, in lower case. Only the
 * requested terms are counted.
 */
export function countTexts(texts: Iterable<string>, terms: ReadonlySet<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const found = new Set(phrasesIn(wordsIn(text.toLowerCase())).filter((phrase) => terms.has(phrase)));
    for (const phrase of found) counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  }
  return counts;
}
