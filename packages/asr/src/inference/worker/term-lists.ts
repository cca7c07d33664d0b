import type { SpeechModel } from '../../decoding/speech-model.js';
import type { KeyTerm } from '../../terms/key-term.js';
import { contextAllowance, isMisheard, nonwordAllowance } from '../../terms/context-allowance.js';
import type { Steps } from '../../terms/steps.js';
import type { TermMatcher } from '../../terms/term-match.js';
import type { ClinicalLanguage } from '../../lexicon/clinical-language.js';
import type { LexiconTerm } from '../../lexicon/medical-lexicon.js';
import {
  createTermList,
  growBoostedTermList,
  type BoostedTermList,
  type SoundEvidence,
  type SpelledTerms,
  type TermContext,
  type TermList,
} from '../../terms/term-list.js';
import { growVocabularyTrie, type VocabularyTrie } from '../../terms/vocabulary-trie.js';
import { LEXICON } from '../messages/recognition-job.js';

/** The lists of terms that one inference process knows by name. */
export interface TermLists {
  /** Takes a list, which `learnOn` makes ready to be used. */
  learn(name: string, terms: readonly KeyTerm[]): void;
  readonly unlearn: (name: string) => void;
  /** Whether one of these lists is not ready yet; without names, whether any is not. */
  isLearning(names?: readonly string[]): boolean;
  /** Works for about this many milliseconds on the lists that are not ready, the shortest first. */
  learnOn(milliseconds: number): void;
  /** The lists of these names that are ready, key terms before the lexicon. */
  named(names: readonly string[]): readonly TermList[];
  /** Matches the key terms that a search is to favour. */
  matcherOf(names: readonly string[]): { readonly terms?: TermMatcher };
}

/**
 * Makes the lists of a process. The lexicon is ready from the start, unless it is empty. `language` tells which terms fit
 * the words around them; `spelled`, how the terms of the lexicon are written and said, if that is known already.
 */
export function createTermLists(
  model: SpeechModel,
  lexicon: readonly KeyTerm[],
  language?: ClinicalLanguage,
  spelled?: SpelledTerms,
): TermLists {
  const context = language ? lexiconContext(language) : {};
  const lexiconList =
    lexicon.length > 0
      ? createTermList(lexicon, lexiconAllowance, { leastDoubt: LEXICON_DOUBT, spelled, ...context })
      : undefined;
  const learned = new Map<string, BoostedTermList>();
  /** Lists that are not ready, the shortest first: nobody with few terms has to wait for somebody with many. */
  let learning: readonly Lesson[] = [];
  let vocabulary: VocabularyTrie | undefined;

  function* grow(terms: readonly KeyTerm[]): Steps<BoostedTermList> {
    vocabulary ??= yield* growVocabularyTrie(model.textTokens, (token) => model.textOf(token));
    return yield* growBoostedTermList(
      terms,
      keyTermAllowance,
      { ...model, vocabulary },
      { leastDoubt: KEY_TERM_DOUBT, ...(language && keyTermContext(language)) },
    );
  }

  const unlearn = (name: string) => {
    learned.delete(name);
    learning = learning.filter((lesson) => lesson.name !== name);
  };

  return {
    learn(name, terms) {
      unlearn(name);
      learning = [...learning, { name, length: terms.length, steps: grow(terms) }].sort(
        (one, other) => one.length - other.length,
      );
    },
    unlearn,
    isLearning: (names) =>
      names === undefined ? learning.length > 0 : learning.some(({ name }) => names.includes(name)),
    learnOn(milliseconds) {
      const until = performance.now() + milliseconds;
      for (let [lesson] = learning; lesson !== undefined && performance.now() < until; [lesson] = learning) {
        const { name, steps } = lesson;
        const step = steps.next();
        if (step.done !== true) continue;
        unlearn(name);
        learned.set(name, step.value);
      }
    },
    named: (names) =>
      [...names.map((name) => learned.get(name)), names.includes(LEXICON) ? lexiconList : undefined].filter(
        (list) => list !== undefined,
      ),
    matcherOf(names) {
      const matcher = names.map((name) => learned.get(name)).find((list) => list !== undefined)?.matcher;
      return matcher ? { terms: matcher } : {};
    },
  };
}

/** A list that is being learned. */
interface Lesson {
  readonly name: string;
  readonly length: number;
  readonly steps: Steps<BoostedTermList>;
}

/**
 * Most terms of the lexicon that sound like what was said were not said, so the words around a term count for it or
 * against it.
 */
function lexiconContext(language: ClinicalLanguage): TermContext {
  return {
    contextOf: (change, allowance) =>
      Math.min(contextAllowance(change, language), MOST_ALLOWED - allowance) +
      nonwordAllowance(change.written, language),
    isMisheard: (written) => isMisheard(written, language),
  };
}

/** Key terms are expected in any context, so the words around a term can only count for it. */
function keyTermContext(language: ClinicalLanguage): TermContext {
  return {
    contextOf: (change) =>
      Math.max(0, contextAllowance(change, language)) +
      (change.instead.length >= LONG_TERM ? nonwordAllowance(change.written, language) : 0),
    isMisheard: (written) => isMisheard(written, language),
  };
}

/**
 * Key terms were named because they will be said: their sound alone counts, and long ones hardly ever sound like something
 * else by accident (bench `terms`, `invented-terms`).
 */
function keyTermAllowance({ weight = 1 }: KeyTerm, { distance, soundWeight }: SoundEvidence): number {
  const long = Math.max(0, Math.min(soundWeight, 10) - 4);
  const allowance = 12 - 8 * distance + 2 * long * Math.max(0, 1 - distance / 0.4);
  return Math.min(allowance * Math.sqrt(weight), MOST_ALLOWED_TO_KEY_TERMS);
}

/**
 * The lexicon is so large that some terms sound like whatever was said; long and common terms are likelier to have been
 * said. Fitted to how the decoder judged proposals in dictation and in interviews, see
 * docs/decisions/0041-key-terms-in-the-decoder.md.
 */
function lexiconAllowance(
  { weight = 1, kind }: KeyTerm & Partial<Pick<LexiconTerm, 'kind'>>,
  { distance, soundWeight }: SoundEvidence,
): number {
  const named = kind === 'drug' || kind === 'brand' ? 2 : 0;
  const allowance = 6 - 18 * distance + 1.2 * Math.min(soundWeight, 9) + 2.5 * Math.log(weight) + named;
  return Math.min(allowance, MOST_ALLOWED);
}

/** A term that the decoder finds less likely by more than this was not said, however well it sounds and fits, nats. */
const MOST_ALLOWED = 12;

/** The same for a key term of the greatest weight, nats. */
const MOST_ALLOWED_TO_KEY_TERMS = 24;

/**
 * Letters from which on a key term does not resemble a name by accident (bench `invented-terms` with the condition
 * `session-lexicon`).
 */
const LONG_TERM = 8;

/** Words are reconsidered only if the decoder found them at least this unlikely, nats (benches `terms`, `invented-terms`). */
const LEXICON_DOUBT = 0.2;
const KEY_TERM_DOUBT = 0.2;
