import { LRUCache } from 'lru-cache';
import { lowerBound } from './lower-bound.js';
import { soundDistance, soundsOf, type Sounds } from './sound-distance.js';
import { soundSpelling } from './sound-spelling.js';
import type { Steps } from './steps.js';

/** Finds the entries that sound like a text, among many. */
export interface SoundIndex {
  /**
   * The entries whose distance from `text` is below `limit`, in no particular order; only the nearest if there are very many.
   */
  near(text: string, limit: number): readonly SoundAlike[];
}

/** An entry that sounds like the text. */
interface SoundAlike {
  /** The number of the entry. */
  readonly entry: number;
  /** See `soundDistance`. */
  readonly distance: number;
  /** See `Sounds.weight`. */
  readonly soundWeight: number;
}

/**
 * Makes an index of the ways to say things, in steps: one for each entry, which takes longer the more ways to say it there are.
 * `sayings[i]` are the ways to say entry i. A way that shares too few pairs
 * of neighbouring consonant classes with a text is not compared with it.
 */
export function* growSoundIndex(sayings: readonly (readonly string[])[]): Steps<SoundIndex> {
  return soundIndexOf(yield* packWays(sayings));
}

/** The index over ways that were packed before. */
export function soundIndexOf(ways: PackedWays): SoundIndex {
  const find = createFinder(ways);
  const latest = new LRUCache<string, readonly SoundAlike[]>({ max: MOST_KEPT });
  return {
    near(text, limit) {
      const spelling = soundSpelling(text);
      if (spelling.length < SHORTEST) return [];
      const key = `${spelling} ${limit}`;
      const known = latest.get(key);
      if (known) return known;
      const found = find(spelling, limit);
      latest.set(key, found);
      return found;
    },
  };
}

/** Compares a spelling with those ways that weigh about as much and share enough pairs with it. */
function createFinder(ways: PackedWays): (spelling: string, limit: number) => readonly SoundAlike[] {
  const { entries, codes, starts, weights, pairCounts } = ways;
  const { shared, touched, count } = createPairCounter(ways);
  return (spelling, limit) => {
    const sounds = soundsOf(spelling);
    const pairs = new Set(pairsOf(spelling));
    const best = new Map<number, SoundAlike>();
    // The distance is at least the difference of the weights, divided by their mean.
    const ratio = limit < 2 ? (2 + limit) / (2 - limit) : Infinity;
    const found = count(
      pairs,
      lowerBound(sounds.weight / ratio, weights),
      lowerBound(sounds.weight * ratio, weights),
    );
    let compared = 0;
    for (const way of touched.subarray(0, found)) {
      const common = shared[way] as number;
      shared[way] = 0;
      if (compared === MOST_COMPARED) continue;
      if (common < SHARED * Math.min(pairCounts[way] as number, pairs.size)) continue;
      compared += 1;
      const weight = weights[way] as number;
      const candidate = { codes: codes.subarray(starts[way], starts[way + 1]), weight };
      const distance = soundDistance(candidate, sounds, limit);
      const entry = entries[way] as number;
      if (distance < limit && distance < (best.get(entry)?.distance ?? Infinity))
        best.set(entry, { entry, distance, soundWeight: weight });
    }
    return nearestOf([...best.values()]);
  };
}

/** Counts the pairs that ways share with a text. */
interface PairCounter {
  /** By the number of a way, how many; to be set to 0 again by whoever asked. */
  readonly shared: Uint8Array;
  /** The ways that share any: as many as were found, in front. */
  readonly touched: Uint32Array;
  /** Counts for each way from `first` up to, but not including, `behind`; returns how many ways share any. */
  readonly count: (pairs: ReadonlySet<string>, first: number, behind: number) => number;
}

function createPairCounter({ entries, byPair }: PackedWays): PairCounter {
  const shared = new Uint8Array(entries.length);
  const touched = new Uint32Array(entries.length);
  return {
    shared,
    touched,
    count(pairs, first, behind) {
      let found = 0;
      for (const pair of pairs) {
        const members = byPair.get(pair) ?? none;
        for (let place = lowerBound(first, members); place < members.length; place++) {
          const way = members[place] as number;
          if (way >= behind) break;
          if (shared[way] === 0) touched[found++] = way;
          (shared[way] as number)++;
        }
      }
      return found;
    },
  };
}

/**
 * All ways to say the entries, the lightest first, in arrays of numbers: as objects, tens of thousands of them would
 * add several milliseconds to every garbage collection.
 */
export interface PackedWays {
  readonly entries: Uint32Array;
  /** The codes of way i are `codes[starts[i]]` to `codes[starts[i + 1]]`. */
  readonly codes: Uint8Array;
  readonly starts: Uint32Array;
  readonly weights: Float64Array;
  /** How many pairs of neighbouring consonants each way has. */
  readonly pairCounts: Uint8Array;
  /** For each pair, the ways that have it. */
  readonly byPair: ReadonlyMap<string, Uint32Array>;
}

/** Packs the ways to say the entries of an index. The result is plain data, which can be stored. */
export function* packWays(sayings: readonly (readonly string[])[]): Steps<PackedWays> {
  const ways = yield* lightestFirst(sayings);
  const starts = new Uint32Array(ways.length + 1);
  const byPair = new Map<string, number[]>();
  for (const [way, { sounds, pairs }] of ways.entries()) {
    starts[way + 1] = (starts[way] as number) + sounds.codes.length;
    for (const pair of pairs) {
      const members = byPair.get(pair);
      if (members) members.push(way);
      else byPair.set(pair, [way]);
    }
    yield;
  }
  const codes = new Uint8Array(starts[ways.length] as number);
  for (const [way, { sounds }] of ways.entries()) {
    codes.set(sounds.codes, starts[way]);
    yield;
  }
  const packedPairs = new Map<string, Uint32Array>();
  for (const [pair, members] of byPair) {
    packedPairs.set(pair, Uint32Array.from(members));
    yield;
  }
  return {
    entries: Uint32Array.from(ways, ({ entry }) => entry),
    codes,
    starts,
    weights: Float64Array.from(ways, ({ sounds }) => sounds.weight),
    pairCounts: Uint8Array.from(ways, ({ pairs }) => pairs.size),
    byPair: packedPairs,
  };
}

/** One way to say an entry. */
interface Way {
  readonly entry: number;
  readonly sounds: Sounds;
  readonly pairs: ReadonlySet<string>;
}

/**
 * Sorts the ways by weight, in one bucket per weight: there are few weights, and sorting so many ways at once would take too
 * long.
 */
function* lightestFirst(sayings: readonly (readonly string[])[]): Steps<readonly Way[]> {
  const shelves = new Map<number, Way[]>();
  for (const [entry, texts] of sayings.entries()) {
    for (const spelling of new Set(texts.map(soundSpelling))) {
      if (spelling.length < SHORTEST) continue;
      const way = { entry, sounds: soundsOf(spelling), pairs: new Set(pairsOf(spelling)) };
      const shelf = shelves.get(way.sounds.weight);
      if (shelf) shelf.push(way);
      else shelves.set(way.sounds.weight, [way]);
    }
    yield;
  }
  return [...shelves].sort(([one], [other]) => one - other).flatMap(([, shelf]) => shelf);
}

function nearestOf(found: readonly SoundAlike[]): readonly SoundAlike[] {
  if (found.length <= MOST_FOUND) return found;
  return found.toSorted((one, other) => one.distance - other.distance).slice(0, MOST_FOUND);
}

/**
 * The most entries that one text finds; of the 18,661 in the medical lexicon, no words of speech find more than 33.
 */
const MOST_FOUND = 50;

/**
 * The most ways that one text is compared with, each of which takes a few microseconds; in the lexicon, at most
 * 1,329.
 */
const MOST_COMPARED = 5_000;

const none = new Uint32Array(0);

/** The most answers that are remembered: the words of an utterance are looked up again as it changes. */
const MOST_KEPT = 200;

/** The share of the shorter spelling's pairs that both spellings must have. */
const SHARED = 0.55;

/** The fewest sounds that are worth comparing. */
const SHORTEST = 3;

/** Pairs of neighbouring consonants, by class, including the beginning and the end. */
function pairsOf(spelling: string): string[] {
  const classes = Array.from(spelling.replace(/[aeiouhwY]/g, '')).map((letter) => CLASSES[letter] ?? letter);
  const bounded = ['^', ...classes, '$'];
  return bounded.slice(1).map((sound, index) => `${bounded[index] ?? ''}${sound}`);
}

/** Classes of consonants that are mistaken for each other. */
const CLASSES: Readonly<Record<string, string>> = {
  b: 'p',
  v: 'f',
  d: 't',
  T: 't',
  g: 'k',
  z: 's',
  S: 's',
  C: 's',
  J: 's',
  m: 'n',
  r: 'l',
};
