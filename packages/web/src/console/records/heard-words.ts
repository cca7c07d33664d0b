import type { Final } from './sessions-api.js';

/** A word of a text, by where it stands and when it was said. */
export interface HeardWord {
  /** The index of its final. */
  readonly final: number;
  /** Its index in the newest version of that. */
  readonly word: number;
  readonly start: number;
  readonly end: number;
}

/** The words of one channel in the order in which they were said. */
export function heardWords(finals: readonly Final[], channel: number): readonly HeardWord[] {
  const words = finals.flatMap(({ versions }, final) => {
    const newest = versions.at(-1);
    if (newest === undefined || newest.channel !== channel) return [];
    return newest.words.map(({ start, end }, word) => ({ final, word, start, end }));
  });
  return words.sort((first, second) => first.start - second.start);
}

/** The last word that had begun at a time; undefined before the first. */
export function wordAt(words: readonly HeardWord[], seconds: number): HeardWord | undefined {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((words[middle]?.start ?? Infinity) <= seconds) low = middle + 1;
    else high = middle;
  }
  return words[low - 1];
}

/** Where the word before or after the one that is being said at a time begins; words that begin together are one step. */
export function neighbourStart(words: readonly HeardWord[], seconds: number, step: -1 | 1): number {
  const current = wordAt(words, seconds)?.start ?? -1;
  const neighbour =
    step === 1 ? words.find(({ start }) => start > current) : words.findLast(({ start }) => start < current);
  return neighbour?.start ?? Math.max(0, current);
}
