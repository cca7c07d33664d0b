import type { Sightings } from './watch-page.js';

/** The words of a final, with the seconds of the stream at which they ended; without `text`, they are only counted. */
export type FinalWords = readonly { readonly end: number; readonly text?: string }[];

/** How long after they ended words were shown, seconds. */
export interface ShownOnPage {
  /** Words that a partial showed first. */
  readonly inPartial: readonly number[];
  /** All words; those that no partial contained count with their final. */
  readonly anywhere: readonly number[];
  /** All words, with their final. */
  readonly inFinal: readonly number[];
}

/**
 * Compares when words ended with when the page showed them: the n-th word of a final with the first partial of n words, or
 * with the first one whose n-th word it is.
 */
export function shownOnPage(finals: readonly FinalWords[], sightings: Sightings): ShownOnPage {
  const inPartial: number[] = [];
  const anywhere: number[] = [];
  const inFinal: number[] = [];
  for (const [index, words] of finals.entries()) {
    const partials = sightings.partials.filter((partial) => partial.finals === index);
    for (const [word, { end, text }] of words.entries()) {
      const spoken = sightings.heardFrom + end * 1000;
      const partial = partials.find((one) => holds(one.text.split(' '), word, text));
      const final = sightings.finalsAt[index] ?? Number.NaN;
      const shown = partial?.at ?? final;
      if (partial) inPartial.push((shown - spoken) / 1000);
      anywhere.push((shown - spoken) / 1000);
      inFinal.push((final - spoken) / 1000);
    }
  }
  return { inPartial, anywhere, inFinal };
}

function holds(words: readonly string[], place: number, word: string | undefined): boolean {
  const shown = words[place];
  return shown !== undefined && (word === undefined || bare(shown) === bare(word));
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
