import { soundDistance, soundsOf, type Sounds } from './sound-distance.js';
import { soundSpelling } from './sound-spelling.js';

/** Finds what sounds alike among many. */
export interface SoundIndex {
  /** The entries whose distance from `text` is below `limit`, in no order. */
  near(text: string, limit: number): readonly SoundAlike[];
}

/** An entry that sounds like what was asked for. */
interface SoundAlike {
  /** The number of the entry. */
  readonly entry: number;
  /** See `soundDistance`. */
  readonly distance: number;
  /** See `Sounds.weight`. */
  readonly soundWeight: number;
}

/** A way to say an entry. */
interface Indexed {
  readonly entry: number;
  readonly sounds: Sounds;
  /** How many pairs of neighbouring consonants it has. */
  readonly pairs: number;
}

/**
 * Makes an index over ways to say things: `sayings[i]` are those of entry i. Those that share too few pairs of
 * neighbouring consonant classes with a text are not compared with it.
 */
export function createSoundIndex(sayings: readonly (readonly string[])[]): SoundIndex {
  const indexed: Indexed[] = [];
  const byPair = new Map<string, number[]>();
  sayings.forEach((ways, entry) => {
    for (const spelling of new Set(ways.map(soundSpelling))) {
      if (spelling.length < SHORTEST) continue;
      const pairs = new Set(pairsOf(spelling));
      const number = indexed.push({ entry, sounds: soundsOf(spelling), pairs: pairs.size }) - 1;
      for (const pair of pairs) {
        const members = byPair.get(pair);
        if (members) members.push(number);
        else byPair.set(pair, [number]);
      }
    }
  });
  const shared = new Uint8Array(indexed.length);
  const latest = new Map<string, readonly SoundAlike[]>();

  const find = (spelling: string, limit: number): readonly SoundAlike[] => {
    const sounds = soundsOf(spelling);
    const pairs = [...new Set(pairsOf(spelling))];
    const touched: number[] = [];
    for (const pair of pairs) {
      for (const number of byPair.get(pair) ?? []) {
        if (shared[number] === 0) touched.push(number);
        (shared[number] as number)++;
      }
    }
    const best = new Map<number, SoundAlike>();
    for (const number of touched) {
      const common = shared[number] as number;
      shared[number] = 0;
      const candidate = indexed[number] as Indexed;
      const mean = (candidate.sounds.weight + sounds.weight) / 2;
      if (
        common < SHARED * Math.min(candidate.pairs, pairs.length) ||
        Math.abs(candidate.sounds.weight - sounds.weight) >= limit * mean
      )
        continue;
      const distance = soundDistance(candidate.sounds, sounds, limit);
      const { entry } = candidate;
      if (distance < limit && distance < (best.get(entry)?.distance ?? Infinity))
        best.set(entry, { entry, distance, soundWeight: candidate.sounds.weight });
    }
    return [...best.values()];
  };

  return {
    near(text, limit) {
      const spelling = soundSpelling(text);
      if (spelling.length < SHORTEST) return [];
      const key = `${spelling} ${limit}`;
      const known = latest.get(key);
      if (known) return known;
      const found = find(spelling, limit);
      if (latest.size >= MOST_KEPT) latest.clear();
      latest.set(key, found);
      return found;
    },
  };
}

/** Answers that are kept: the words of an utterance are asked for again as it changes. */
const MOST_KEPT = 200;

/** Share of the pairs of the shorter that both must have. */
const SHARED = 0.5;

/** Sounds that anything worth comparing has. */
const SHORTEST = 3;

/** Neighbouring consonants, by class, with the beginning and the end. */
function pairsOf(spelling: string): string[] {
  const classes = [...spelling.replace(/[aeiouhwY]/g, '')].map((letter) => CLASSES[letter] ?? letter);
  const bounded = ['^', ...classes, '$'];
  return bounded.slice(1).map((sound, index) => `${bounded[index] ?? ''}${sound}`);
}

/** Consonants that are heard for each other. */
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
