import type { ConfusableDrugs, LexiconTerm } from '@auscult/asr';
import type { KnownPair } from './known-pairs.js';
import { similarity } from './similarity.js';

/**
 * The pairs of drugs and brands in the lexicon whose names are easily confused: the `known` ones and those
 * that are alike. Each pair is listed once, in order of similarity.
 *
 * @throws if a name in `known` is not in the lexicon
 */
export function findConfusableDrugs(
  terms: readonly LexiconTerm[],
  known: readonly KnownPair[],
): ConfusableDrugs[] {
  const names = terms.filter(isCommonName).map(({ text }) => text);
  const texts = new Set(terms.map(({ text }) => text));
  const unknown = known.flatMap((pair) => pair.names).find((name) => !texts.has(name));
  if (unknown !== undefined)
    throw new Error(`The lexicon has no ${unknown}. Correct the list of known pairs, or the lexicon.`);
  const pairs = new Map(known.map(({ names: [a, b], origin }) => [keyOf(a, b), pairOf(a, b, origin)]));
  for (const [at, a] of names.entries()) {
    for (const b of names.slice(at + 1)) {
      const pair = pairs.get(keyOf(a, b)) ?? pairOf(a, b, 'computed');
      if (pair.similarity >= LEAST_SIMILARITY && !isSameDrug(a, b)) pairs.set(keyOf(a, b), pair);
    }
  }
  return [...pairs.values()].sort(
    (a, b) => b.similarity - a.similarity || (keyOf(...a.names) < keyOf(...b.names) ? -1 : 1),
  );
}

/** Rare drugs are left out: if each of them caused a warning, soon nobody would read warnings. */
function isCommonName({ text, kind, weight }: LexiconTerm): boolean {
  return (kind === 'drug' || kind === 'brand') && weight >= LEAST_WEIGHT && /^[A-Za-z]{4,}$/.test(text);
}

function pairOf(a: string, b: string, origin: ConfusableDrugs['origin']): ConfusableDrugs {
  const alike = Math.round(100 * similarity(a.toLowerCase(), b.toLowerCase())) / 100;
  return { names: a < b ? [a, b] : [b, a], similarity: alike, origin };
}

function keyOf(a: string, b: string): string {
  return a < b ? `${a}\t${b}` : `${b}\t${a}`;
}

/** A plural, or one name as a part of the other, is not a confusion. */
function isSameDrug(a: string, b: string): boolean {
  return a.toLowerCase().startsWith(b.toLowerCase()) || b.toLowerCase().startsWith(a.toLowerCase());
}

const LEAST_WEIGHT = 0.35;

const LEAST_SIMILARITY = 0.68;
