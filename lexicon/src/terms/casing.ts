import type { SourceName } from '../sources/source-name.js';
import { wordsIn } from './words.js';

/** Writes a term in lower case as sources that keep capital letters mostly do: `crohn disease` → `Crohn disease`. */
export type Casing = (term: string) => string;

/** Learns from the names whose capital letters say something. A first word is capital for its place alone, so it votes only in lower case. */
export function learnCasing(names: readonly SourceName[]): Casing {
  const votes = new Map<string, Map<string, number>>();
  for (const { text, casing } of names) {
    if (casing === 'lost') continue;
    for (const [at, word] of wordsIn(text).entries()) {
      if (at === 0 && CAPITAL_FIRST.test(word)) continue;
      const forms = votes.get(word.toLowerCase()) ?? new Map<string, number>();
      votes.set(word.toLowerCase(), forms.set(word, (forms.get(word) ?? 0) + 1));
    }
  }
  return (term) =>
    term
      .split(' ')
      .map((word) => mostFrequent(votes.get(word)) ?? word)
      .join(' ');
}

const CAPITAL_FIRST = /^\p{Lu}[^\p{Lu}]*$/u;

function mostFrequent(forms: ReadonlyMap<string, number> | undefined): string | undefined {
  return [...(forms ?? [])].sort(([a, timesA], [b, timesB]) => timesB - timesA || (a < b ? -1 : 1))[0]?.[0];
}
