import type { Word } from '@auscult/asr';
import { comparableWords } from './comparable-text.js';
import { alignWords, type AlignedWords } from './word-errors.js';

/** A heard word, and whether it was said. */
export interface ScoredWord {
  /** 0 to 1. */
  readonly confidence: number;
  readonly right: boolean;
  /**
   * Places of its words in the whole normalised text that was heard; a number may share a place with its
   * neighbours.
   */
  readonly heardAt: readonly number[];
  /** Places, in the normalised text that was said, of the words in whose place it was heard. */
  readonly saidAt: readonly number[];
  /** Whether it, or what was said in its place, contains digits once normalised. */
  readonly isNumber: boolean;
}

/**
 * Compares each heard word with what was said. Words that normalise to nothing, such as "um", are left out.
 * Words that normalising joins, such as "twenty five", are right or wrong together.
 *
 * @param words all words of a recording, in their order
 */
export function scoreWords(words: readonly Word[], said: string): ScoredWord[] {
  const heard = comparableWords(words.map(({ text }) => text).join(' '));
  const reference = comparableWords(said);
  const saidAt = new Map(
    alignWords(reference, heard).flatMap((pair) =>
      pair.reference === undefined || pair.hypothesis === undefined
        ? []
        : [[pair.hypothesis, pair.reference] as const],
    ),
  );
  const heardAt = placesByWord(words, heard);
  return words.flatMap(({ confidence }, index) => {
    const places = heardAt.get(index) ?? [];
    if (places.length === 0) return [];
    const said = places.flatMap((place) => saidAt.get(place) ?? []);
    return [
      {
        confidence,
        right: places.every((place) => reference[saidAt.get(place) ?? -1] === heard[place]),
        heardAt: places,
        saidAt: said,
        isNumber: [...places.map((place) => heard[place]), ...said.map((place) => reference[place])].some(
          (word) => /\d/u.test(word ?? ''),
        ),
      },
    ];
  });
}

/** The places of each word in the normalised text of all words. */
function placesByWord(
  words: readonly Word[],
  heard: readonly string[],
): ReadonlyMap<number, readonly number[]> {
  const parts = words.flatMap((word, index) => comparableWords(word.text).map((text) => ({ text, index })));
  const pairs = alignWords(
    parts.map(({ text }) => text),
    heard,
  );
  const places = new Map<number, readonly number[]>();
  for (const run of runs(pairs, parts, heard)) {
    for (const part of run.parts) {
      const index = parts[part]?.index ?? -1;
      places.set(index, [...new Set([...(places.get(index) ?? []), ...run.places])]);
    }
  }
  return places;
}

/** Neighbouring words that were normalised together: by themselves, and in the whole text. */
interface Run {
  readonly parts: readonly number[];
  readonly places: readonly number[];
}

/** Equal words stay single; whatever differs between two of them is one group. */
function runs(
  pairs: readonly AlignedWords[],
  parts: readonly { readonly text: string }[],
  heard: readonly string[],
): Run[] {
  const found: { parts: number[]; places: number[] }[] = [];
  let open: { parts: number[]; places: number[] } | undefined;
  for (const { reference: part, hypothesis: place } of pairs) {
    const equal = part !== undefined && place !== undefined && parts[part]?.text === heard[place];
    if (equal || open === undefined) {
      const run = { parts: [], places: [] };
      found.push(run);
      open = run;
    }
    if (part !== undefined) open.parts.push(part);
    if (place !== undefined) open.places.push(place);
    if (equal) open = undefined;
  }
  return found;
}
