import { languageWords, pairsIn } from '@auscult/asr';

/** How often each word follows another in texts: the words that follow, by the word before them. */
export type PairCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Counts the pairs of words in texts, from the beginning of each to its end. */
export function countPairs(texts: Iterable<string>): PairCounts {
  const counts = new Map<string, Map<string, number>>();
  for (const text of texts) {
    const words = languageWords(text);
    if (words.length === 0) continue;
    for (const [first, second] of pairsIn(words)) {
      const followers = counts.get(first) ?? new Map<string, number>();
      counts.set(first, followers.set(second, (followers.get(second) ?? 0) + 1));
    }
  }
  return counts;
}
