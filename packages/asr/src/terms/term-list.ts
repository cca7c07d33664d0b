import type { TokenText } from '../text/token-text.js';
import { isCommon } from './common-words.js';
import type { KeyTerm } from './key-term.js';
import { packWays, soundIndexOf, type PackedWays, type SoundIndex } from './sound-index.js';
import { atOnce, type Steps } from './steps.js';
import { createTermMatcher, type TermMatcher } from './term-match.js';
import { spellingsOf } from './term-spellings.js';
import { growTermTrie, type TermSpelling } from './term-trie.js';
import type { VocabularyTrie } from './vocabulary-trie.js';

/** Terms that are looked for in the text of the decoder. */
export interface TermList {
  readonly terms: readonly KeyTerm[];
  readonly sounds: SoundIndex;
  /** The number of the term that words spell, by these words as `plainWords` writes them. */
  readonly bySpelling: ReadonlyMap<string, number>;
  /** The same regardless of spaces, by words as `joinedWords` writes them. */
  readonly byLetters: ReadonlyMap<string, number>;
  /**
   * Words of names, such as `callahan` of `Dr. Callahan`, which are right when they stand alone. Absent if the terms
   * are no names.
   */
  readonly parts?: ReadonlySet<string>;
  /** The most words that a spelling has. */
  readonly mostWords: number;
  /** How unlikely words must be to be reconsidered, nats. */
  readonly leastDoubt: number;
  /** How much less likely a term may be than the words that are written and still replace them, nats. */
  allowanceOf(term: KeyTerm, evidence: SoundEvidence): number;
  /** The amount that the words around a term add to its allowance, nats. Absent if they do not count. */
  readonly contextOf?: ((change: TextChange, allowance: number) => number) | undefined;
  /** Whether the text that is written has a word that nobody can have said. Absent if that is not known. */
  readonly isMisheard?: ((written: string) => boolean) | undefined;
}

/** Words of a text, and others in their place. */
export interface TextChange {
  /** The word before them; absent at the beginning of the text. */
  readonly before: string | undefined;
  readonly written: string;
  readonly instead: string;
  /** The word after them; absent at the end of the text. */
  readonly after: string | undefined;
}

/** The evidence that a term was said where something else is written. */
export interface SoundEvidence {
  /** How far the term is from the words that are written, see `soundDistance`. */
  readonly distance: number;
  /** How much sound there is to match, see `Sounds.weight`: short words match by coincidence. */
  readonly soundWeight: number;
}

/** A list whose terms the search favours while it decodes. */
export interface BoostedTermList extends TermList {
  readonly matcher: TermMatcher;
}

/** What a list knows about the words around its terms. */
export type TermContext = Partial<Pick<TermList, 'contextOf' | 'isMisheard'>>;

interface TermListOptions extends TermContext, Partial<Pick<TermList, 'leastDoubt'>> {
  /** Whether text counts as the term if it differs only in its spaces. */
  readonly spaces?: 'matter' | 'do not matter';
  /** The result of `spellTerms` for these terms, if it is known already. */
  readonly spelled?: SpelledTerms | undefined;
}

/** What follows from the terms of a list alone. It is plain data, which can be stored. */
export interface SpelledTerms extends Pick<TermList, 'bySpelling' | 'byLetters' | 'mostWords'> {
  readonly ways: PackedWays;
}

/** Makes a list over terms. */
export function createTermList(
  terms: readonly KeyTerm[],
  allowanceOf: TermList['allowanceOf'],
  options: TermListOptions = {},
): TermList {
  return atOnce(growTermList(terms, allowanceOf, options));
}

/** As `createTermList`, in steps of about one term each. */
function* growTermList(
  terms: readonly KeyTerm[],
  allowanceOf: TermList['allowanceOf'],
  { contextOf, isMisheard, leastDoubt = 0, spaces = 'matter', spelled }: TermListOptions,
): Steps<TermList> {
  const { ways, ...spellings } = spelled ?? (yield* spellTerms(terms, spaces));
  return { terms, sounds: soundIndexOf(ways), ...spellings, leastDoubt, allowanceOf, contextOf, isMisheard };
}

/** Finds out how terms are written and said, in steps of about one term each. */
export function* spellTerms(
  terms: readonly KeyTerm[],
  spaces: TermListOptions['spaces'] = 'matter',
): Steps<SpelledTerms> {
  const bySpelling = new Map<string, number>();
  const byLetters = new Map<string, number>();
  const sayings: string[][] = [];
  let mostWords = 1;
  for (const [number, term] of terms.entries()) {
    for (const spelling of spellingsOf(term)) {
      const words = plainWords(spelling);
      if (words !== '' && !bySpelling.has(words)) bySpelling.set(words, number);
      mostWords = Math.max(mostWords, words.split(' ').length);
    }
    sayings.push([term.text, ...(term.soundsLike ?? [])]);
    if (spaces === 'do not matter') byLetters.set(plainWords(term.text).replaceAll(' ', ''), number);
    yield;
  }
  return { bySpelling, byLetters, mostWords, ways: yield* packWays(sayings) };
}

/** Makes a list that the search favours, in steps of about one term each. `encode` gives the tokens of a text. */
export function* growBoostedTermList(
  terms: readonly KeyTerm[],
  allowanceOf: TermList['allowanceOf'],
  model: {
    readonly vocabulary: VocabularyTrie;
    readonly textOf: (token: number) => TokenText;
    readonly encode: (text: string) => readonly number[];
  },
  options: Omit<TermListOptions, 'spaces'> = {},
): Steps<BoostedTermList> {
  const spellings: TermSpelling[] = [];
  const parts = new Set<string>();
  for (const term of terms) {
    const weight = term.weight ?? 1;
    for (const text of spellingsOf(term)) {
      const bonus = Math.min(MOST_BONUS, BONUS_PER_TOKEN * model.encode(text).length) * weight;
      spellings.push({ text, bonus });
    }
    for (const word of plainWords(term.text).split(' ')) if (isName(word)) parts.add(word);
    yield;
  }
  const trie = yield* growTermTrie(spellings, model.vocabulary);
  const list = yield* growTermList(terms, allowanceOf, { ...options, spaces: 'do not matter' });
  return { ...list, parts, matcher: createTermMatcher(trie, model.textOf) };
}

function isName(word: string): boolean {
  return word.length >= SHORTEST_NAME && !isCommon(word);
}

const SHORTEST_NAME = 4;

/**
 * The letters of words that may be one word written as two, as `non focal`; undefined if they are probably separate words,
 * as `a typical`.
 */
export function asOneWord(plain: string): string | undefined {
  const joined = plain.replaceAll(' ', '');
  const isApart = plain.split(' ').some(isCommon);
  return isApart || joined.length < SHORTEST_JOINED ? undefined : joined;
}

const SHORTEST_JOINED = 6;

/** Words in lower case without punctuation, with single spaces between them. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** How much a term adds to the log-probability for each of its tokens, and how much at most, nats (bench `terms`). */
const BONUS_PER_TOKEN = 2;
const MOST_BONUS = 20;
