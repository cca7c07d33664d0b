/** How common English words are in printed books. */
export interface WordFrequencies {
  readonly words: readonly string[];
  /** Occurrences of a word, or of two words with a space between them, in lower case. */
  count(words: string): number;
  /** Rank of a word, from 1 for the most frequent. */
  rank(word: string): number | undefined;
}

/** Reads two lists, each line a word (or a pair of words) and its count, the most frequent first. */
export function readWordFrequencies(words: string, pairs: string): WordFrequencies {
  const counts = new Map<string, number>();
  const ranks = new Map<string, number>();
  for (const line of [...words.split('\n'), ...pairs.split('\n')]) {
    const [, text, count] = /^\uFEFF?(.+) (\d+)\s*$/.exec(line) ?? [];
    if (text === undefined) continue;
    counts.set(text, Number(count));
    if (!text.includes(' ')) ranks.set(text, ranks.size + 1);
  }
  return {
    words: [...ranks.keys()],
    count: (text) => counts.get(text) ?? 0,
    rank: (word) => ranks.get(word),
  };
}
