import type { SourceName } from '../sources/source-name.js';
import { wordsIn } from './words.js';

/** Gives a lower-case term the capital letters that sources mostly use: `crohn disease` → `Crohn disease`. */
export type Casing = (term: string) => string;

/**
 * Learns from the names whose capital letters are meaningful. A name that is in none of them is written word
 * by word.
 */
export function learnCasing(names: readonly SourceName[]): Casing {
  const votes = new Map<string, Map<string, number>>();
  const vote = (form: string): void => {
    const forms = votes.get(form.toLowerCase()) ?? new Map<string, number>();
    votes.set(form.toLowerCase(), forms.set(form, (forms.get(form) ?? 0) + 1));
  };
  for (const { text, casing } of names) {
    if (casing === 'lost') continue;
    const words = wordsIn(text);
    if (casing === 'kept' && words.length > 1) vote(words.join(' '));
    for (const word of casing === 'kept' ? words : words.slice(1)) vote(word);
  }
  const written = (term: string): string | undefined => mostFrequent(votes.get(term));
  return (term) =>
    written(term) ??
    term
      .split(' ')
      .map((word) => written(word) ?? word)
      .join(' ');
}

function mostFrequent(forms: ReadonlyMap<string, number> | undefined): string | undefined {
  return [...(forms ?? [])].sort(([a, timesA], [b, timesB]) => timesB - timesA || (a < b ? -1 : 1))[0]?.[0];
}
