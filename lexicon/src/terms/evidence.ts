import type { TermKind } from '@auscult/asr';
import type { SourceName } from '../sources/source-name.js';
import { phrasesIn, wordsIn } from './words.js';

/** Where a term was found. */
export interface Evidence {
  /** Sources in which it is a complete name, and the kinds of what it names there. */
  readonly sources: ReadonlySet<string>;
  readonly named: ReadonlyMap<TermKind, number>;
  /**
   * How many concepts of each kind have it in one of their names. WordNet's do not count, since it is not a
   * medical list.
   */
  readonly concepts: ReadonlyMap<TermKind, number>;
}

/** The evidence for every word in the names and every name of two to four words, in lower case. */
export function gatherEvidence(names: readonly SourceName[]): ReadonlyMap<string, Evidence> {
  const found = new Map<string, Found>();
  for (const { text } of names) {
    const words = wordsIn(text.toLowerCase());
    for (const word of words) found.set(word, found.get(word) ?? nothingFound());
    if (words.length <= 4 && !/\d/.test(text))
      found.set(words.join(' '), found.get(words.join(' ')) ?? nothingFound());
  }
  for (const { text, kind, source, concept } of names) {
    const words = wordsIn(text.toLowerCase());
    const whole = found.get(words.join(' '));
    whole?.sources.add(source);
    whole?.named.set(kind, (whole.named.get(kind) ?? 0) + 1);
    if (source === 'wordnet') continue;
    for (const phrase of phrasesIn(words)) {
      const term = found.get(phrase);
      if (term === undefined || term.latest === `${source} ${concept}`) continue;
      term.latest = `${source} ${concept}`;
      term.concepts.set(kind, (term.concepts.get(kind) ?? 0) + 1);
    }
  }
  return found;
}

/** The names of a concept are adjacent, so that remembering the latest concept counts each one once. */
interface Found extends Evidence {
  readonly sources: Set<string>;
  readonly named: Map<TermKind, number>;
  readonly concepts: Map<TermKind, number>;
  latest: string;
}

function nothingFound(): Found {
  return { sources: new Set(), named: new Map(), concepts: new Map(), latest: '' };
}
