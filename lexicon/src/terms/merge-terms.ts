import type { LexiconTerm } from '@auscult/asr';
import type { WordFrequencies } from '../sources/word-frequencies.js';

/**
 * One list without repetition, in the order of its texts: if two lists have the same text in any case, the
 * first wins.
 */
export function mergeTerms(
  lists: readonly (readonly LexiconTerm[])[],
  frequencies: WordFrequencies,
): LexiconTerm[] {
  const terms = new Map<string, LexiconTerm>();
  for (const term of lists.flat()) {
    const key = term.text.toLowerCase();
    if (!terms.has(key)) terms.set(key, term);
  }
  return [...terms.values()]
    .filter(({ text }) => !isRarePlural(text, terms, frequencies) && !isBritish(text, terms))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** Thesauri list a plural of everything (`hypothyroidisms`). Plurals that occur in no book are left out. */
function isRarePlural(
  text: string,
  terms: ReadonlyMap<string, LexiconTerm>,
  frequencies: WordFrequencies,
): boolean {
  const term = text.toLowerCase();
  const singulars = [
    term.replace(/s$/, ''),
    term.replace(/es$/, ''),
    term.replace(/ies$/, 'y'),
    term.replace(/ses$/, 'sis'),
  ];
  return (
    singulars.some((singular) => singular !== term && terms.has(singular)) && frequencies.count(term) === 0
  );
}

/** One sound must not have two spellings in the list: `oedema` is dropped if `edema` is listed. */
function isBritish(text: string, terms: ReadonlyMap<string, LexiconTerm>): boolean {
  const term = text.toLowerCase();
  const american = term.replaceAll('ae', 'e').replaceAll('oe', 'e').replaceAll('our', 'or');
  return american !== term && terms.has(american);
}
