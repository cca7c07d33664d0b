/**
 * What instrumented code writes to: a counter for each place that a branch can lead to. It is a global under a symbol,
 * where generated source text can find it.
 */
interface CoverageRegistry {
  /** Returns counters for the places of one module. Inputs may have to contain its `literals` to get further. */
  readonly addModule: (places: number, literals: readonly string[]) => Uint8Array;
}

/** Where instrumented code finds the registry. */
export const REGISTRY_NAME = 'auscult.fuzz.coverage';

/** Tells whether an input has led anywhere new. */
export interface Coverage {
  /** Forgets where the last input led. */
  readonly begin: () => void;
  /**
   * How many places the last input reached about as often as no input before (see `classOf`). From now on, these counts
   * are known.
   */
  readonly takeNew: () => number;
  /** Places that the last input led to. */
  readonly places: () => readonly number[];
  /** Places that were seen. */
  readonly seenPlaces: () => number;
  /** Literals of all modules so far. */
  readonly literals: () => readonly string[];
}

/** More than all instrumented modules have together. */
const MOST_PLACES = 1 << 18;

/** Puts a registry where instrumented code looks for it, before any such code is loaded. */
export function createCoverage(): Coverage {
  const counters = new Uint8Array(MOST_PLACES);
  /** A bit for each class of counts. */
  const seen = new Uint8Array(MOST_PLACES);
  /** The same memory, four places at a time, since most of them are never reached. */
  const fours = new Uint32Array(counters.buffer);
  const literals = new Set<string>();
  let used = 0;
  const registry: CoverageRegistry = {
    addModule: (places, words) => {
      const start = used;
      used += places;
      if (used > MOST_PLACES) throw new RangeError('There are more places than counters.');
      for (const word of words) literals.add(word);
      return counters.subarray(start, used);
    },
  };
  Object.assign(globalThis, { [Symbol.for(REGISTRY_NAME)]: registry });

  return {
    begin: () => {
      counters.fill(0, 0, used);
    },
    takeNew: () => {
      let found = 0;
      for (let four = 0; four * 4 < used; four++) {
        if (fours[four] === 0) continue;
        for (let place = four * 4; place < four * 4 + 4; place++) {
          const count = counters[place] ?? 0;
          if (count === 0) continue;
          const bit = classOf(count);
          const before = seen[place] ?? 0;
          if ((before & bit) !== 0) continue;
          seen[place] = before | bit;
          found += 1;
        }
      }
      return found;
    },
    places: () => {
      const places: number[] = [];
      for (let place = 0; place < used; place++) if (counters[place] !== 0) places.push(place);
      return places;
    },
    seenPlaces: () => seen.subarray(0, used).reduce((sum, bits) => sum + (bits === 0 ? 0 : 1), 0),
    literals: () => [...literals],
  };
}

/** The class of a count: once, twice, thrice, then powers of two. AFL tells loops apart in the same way. */
function classOf(count: number): number {
  if (count <= 3) return 1 << (count - 1);
  if (count <= 7) return 8;
  if (count <= 15) return 16;
  if (count <= 31) return 32;
  return count <= 127 ? 64 : 128;
}
