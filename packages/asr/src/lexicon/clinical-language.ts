import { readFile } from 'node:fs/promises';
import { lowerBound } from '../terms/lower-bound.js';
import { createEnglishWords, loadEnglishWords, type EnglishWords } from './english-words.js';
import type { LexiconTerm } from './medical-lexicon.js';

/** How likely words are to follow each other in clinical English. */
export interface ClinicalLanguage {
  /**
   * The natural logarithm of the probability of a sequence of words, each given the one before it.
   *
   * @param words as `languageWords` gives them
   * @param before the word before the first; absent at the beginning of a text
   */
  logProbability(words: readonly string[], before?: string): number;
  /** Whether a string of four or more letters is a word, of this language or of English: `metaprial` is not. */
  isWord(word: string): boolean;
}

/** Reads the counts and the words that ship with this package, and counts the names of `terms` as further texts. */
export async function loadClinicalLanguage(terms: readonly LexiconTerm[]): Promise<ClinicalLanguage> {
  return createClinicalLanguage(await readClinicalLanguage(), terms, await loadEnglishWords());
}

/** Reads the table of counts that ships with this package. */
export function readClinicalLanguage(): Promise<string> {
  return readFile(new URL('../../lexicon/clinical-language.tsv', import.meta.url), 'utf8');
}

/**
 * Makes a model of pairs of words out of a table of counts: a line for each word, with the words that follow it and how
 * often they do, with tabs between all of these; a line that begins with `#` is a comment. Counts of one drug serve
 * for all, each as common as its weight says, since no text mentions all of them.
 *
 * @throws {TypeError} if a line is no such list
 */
export function createClinicalLanguage(
  table: string,
  terms: readonly LexiconTerm[],
  english: EnglishWords = createEnglishWords([]),
): ClinicalLanguage {
  return clinicalLanguageOf(countClinicalLanguage(table, terms), english);
}

/** The counts behind a model of pairs of words. They are plain data, which can be stored. */
export interface LanguageCounts extends PairCounts {
  /** For each drug whose name is a single word, its share of all mentions of such drugs. */
  readonly drugs: ReadonlyMap<string, number>;
}

/** Counts what `createClinicalLanguage` makes a model of, and throws what it throws. */
export function countClinicalLanguage(table: string, terms: readonly LexiconTerm[]): LanguageCounts {
  const drugs = shareOfDrugs(terms);
  const classOf = classesOf(drugs);
  const pairs = function* (): Generator<CountedPair> {
    for (const [first, second, count] of readPairs(table)) yield [classOf(first), classOf(second), count];
    for (const { text } of terms)
      for (const [first, second] of pairsIn(languageWords(text))) yield [classOf(first), classOf(second), 1];
  };
  return { drugs, ...countPairs(pairs()) };
}

/** The model over counts, and over the English words that are words too. */
export function clinicalLanguageOf(counts: LanguageCounts, english: EnglishWords): ClinicalLanguage {
  const { drugs } = counts;
  const classOf = classesOf(drugs);
  const { alone, after, has } = followersIn(counts);

  const probability = (word: string, before: string): number => {
    const one = smoothed(alone, classOf(word), UNKNOWN);
    const followers = after(classOf(before));
    return (followers ? smoothed(followers, classOf(word), one) : one) * (drugs.get(word) ?? 1);
  };

  return {
    logProbability(words, before = TEXT_BEGIN) {
      return words.reduce((sum, word, at) => sum + Math.log(probability(word, words[at - 1] ?? before)), 0);
    },
    isWord: (word) => has(word) || drugs.has(word) || english.has(word),
  };
}

/**
 * The words of a text as they are counted: in lower case, with endings such as `'s` split off, every number as the
 * same word, and units abbreviated.
 */
export function languageWords(text: string): string[] {
  const words: string[] = [];
  const spaced = text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/'(?=(?:s|re|ve|ll|d|m|t)\b)/g, " '");
  for (const [word] of spaced.matchAll(/'[a-z]+|[a-z]+|[0-9]+(?:[.,][0-9]+)*/g)) {
    const isNumber = /^[0-9]/.test(word) || NUMBERS.has(word);
    // A number counts as one word, however many it is said in.
    if (!isNumber) words.push(UNITS.get(word) ?? word);
    else if (words.at(-1) !== NUMBER) words.push(NUMBER);
  }
  return words;
}

/** Stands for every number. */
export const NUMBER = '<number>';

/** Each word with the one before it, from the beginning of a text to its end. */
export function pairsIn(words: readonly string[]): (readonly [first: string, second: string])[] {
  return [...words, TEXT_END].map((word, at) => [words[at - 1] ?? TEXT_BEGIN, word]);
}

type CountedPair = readonly [first: string, second: string, count: number];

/** The words that follow a word. */
interface Followers {
  /** How many different words follow. */
  readonly kinds: number;
  readonly sum: number;
  readonly countOf: (word: string) => number;
}

const TEXT_BEGIN = '<begin>';
const TEXT_END = '<end>';
const DRUG = '<drug>';

/** The word that is counted in place of a word. */
function classesOf(drugs: ReadonlyMap<string, number>): (word: string) => string {
  return (word) => (drugs.has(word) ? DRUG : word);
}

/** The probability of a word that is in no text. */
const UNKNOWN = 1e-6;

/** After Witten and Bell: a word that is followed often, but by few different words, is hardly followed by another. */
function smoothed({ countOf, kinds, sum }: Followers, word: string, otherwise: number): number {
  return (countOf(word) + kinds * otherwise) / (sum + kinds);
}

/**
 * How often pairs of words are counted, in arrays of numbers: as maps, for thousands of words, they would add 5 ms to
 * every garbage collection.
 */
interface PairCounts {
  /** The number of every word. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Both words of each pair in one number, see `MOST_WORDS`, in ascending order. */
  readonly keys: Float64Array;
  /** How often each pair is counted. */
  readonly counts: Float64Array;
  /** By the number of a word, how often any word follows it. */
  readonly sums: Float64Array;
  /** By the number of a word, how many different words follow it. */
  readonly kinds: Uint32Array;
  /** By the number of a word, how often it follows any word. */
  readonly alone: Float64Array;
}

function countPairs(pairs: Iterable<CountedPair>): PairCounts {
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    const number = numbers.get(word) ?? numbers.size;
    numbers.set(word, number);
    return number;
  };
  const counted = new Map<number, number>();
  for (const [first, second, count] of pairs) {
    const key = numberOf(first) * MOST_WORDS + numberOf(second);
    counted.set(key, (counted.get(key) ?? 0) + count);
  }
  const keys = Float64Array.from(counted.keys()).sort();
  const counts = Float64Array.from(keys, (key) => counted.get(key) ?? 0);
  const sums = new Float64Array(numbers.size);
  const kinds = new Uint32Array(numbers.size);
  const alone = new Float64Array(numbers.size);
  keys.forEach((key, place) => {
    const count = counts[place] as number;
    const first = Math.floor(key / MOST_WORDS);
    (sums[first] as number) += count;
    (kinds[first] as number)++;
    (alone[key % MOST_WORDS] as number) += count;
  });
  return { numbers, keys, counts, sums, kinds, alone };
}

/** What follows any word, and what follows a certain one. */
function followersIn({ numbers, keys, counts, sums, kinds, alone }: PairCounts): {
  readonly alone: Followers;
  readonly after: (word: string) => Followers | undefined;
  /** Whether a word is in any pair. */
  readonly has: (word: string) => boolean;
} {
  return {
    alone: {
      kinds: alone.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
      sum: alone.reduce((sum, count) => sum + count, 0),
      countOf: (word) => alone[numbers.get(word) ?? -1] ?? 0,
    },
    has: (word) => numbers.has(word),
    after(word) {
      const first = numbers.get(word);
      if (first === undefined || kinds[first] === 0) return undefined;
      return {
        kinds: kinds[first] as number,
        sum: sums[first] as number,
        countOf(next) {
          const second = numbers.get(next);
          const key = first * MOST_WORDS + (second ?? 0);
          const place = second === undefined ? -1 : lowerBound(key, keys);
          return keys[place] === key ? (counts[place] as number) : 0;
        },
      };
    },
  };
}

/** The most words that are numbered: the numbers of two words make one key below 2^53. */
const MOST_WORDS = 2 ** 24;

function shareOfDrugs(terms: readonly LexiconTerm[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { text, kind, weight } of terms) {
    const [word, ...others] = languageWords(text);
    if ((kind === 'drug' || kind === 'brand') && word !== undefined && others.length === 0)
      weights.set(word, weight);
  }
  const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
  return new Map(Array.from(weights, ([word, weight]) => [word, weight / sum]));
}

function* readPairs(table: string): Generator<readonly [first: string, second: string, count: number]> {
  for (const [at, line] of table.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [first = '', ...followers] = line.split('\t');
    for (let place = 0; place < followers.length; place += 2) {
      const [second = '', count] = [followers[place], Number(followers[place + 1])];
      if (first === '' || second === '' || !(count > 0))
        throw new TypeError(
          `Line ${at + 1} of the clinical language is no list of followers. Run \`npm run lexicon\`.`,
        );
      yield [first, second, count];
    }
  }
}

const NUMBERS: ReadonlySet<string> = new Set(
  (
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
    'eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand'
  ).split(' '),
);

const UNITS: ReadonlyMap<string, string> = new Map([
  ['milligrams', 'mg'],
  ['milligram', 'mg'],
  ['micrograms', 'mcg'],
  ['microgram', 'mcg'],
  ['grams', 'g'],
  ['gram', 'g'],
  ['milliliters', 'ml'],
  ['millilitres', 'ml'],
  ['milliliter', 'ml'],
]);
