import type { Clip } from '../clips/manifest.js';
import type { Hypotheses } from './hypotheses.js';
import { comparableWords } from './comparable-text.js';
import {
  addWordErrors,
  alignWords,
  errorsOfPair,
  wordErrorRate,
  type AlignedWords,
  type WordErrors,
} from './word-errors.js';

/** Errors and their rate. */
export type RatedErrors = WordErrors & { readonly wer: number };

/** Errors of words in the test of rare words. */
export interface BiasingScore {
  readonly all: RatedErrors;
  /** U-WER: errors of the words that are not rare. */
  readonly common: RatedErrors;
  /** B-WER: errors of the rare words. */
  readonly rare: RatedErrors;
}

/**
 * Scores as Le et al. do ("Contextualized Streaming End-to-End Speech Recognition with Trie-Based Deep
 * Biasing and Shallow Fusion", 2021): a substituted or deleted word counts by what was said, an inserted one
 * by what was heard, as rare if it is a rare word of that utterance. Texts are normalised as for the other
 * scores.
 */
export function scoreBiasing(clips: readonly Clip[], hypotheses: Hypotheses): BiasingScore {
  const errors = clips.flatMap((clip) => {
    const hypothesis = hypotheses.get(clip.id);
    return hypothesis === undefined ? [] : [splitErrors(clip, hypothesis)];
  });
  return {
    all: rated(errors.flatMap(({ common, rare }) => [common, rare])),
    common: rated(errors.map(({ common }) => common)),
    rare: rated(errors.map(({ rare }) => rare)),
  };
}

function splitErrors(
  { text, biasing }: Clip,
  hypothesis: string,
): { readonly common: WordErrors; readonly rare: WordErrors } {
  const reference = comparableWords(text);
  const heard = comparableWords(hypothesis);
  const rareWords = new Set(biasing?.rare.flatMap((word) => comparableWords(word)));
  const pairs = alignWords(reference, heard).map((pair) => ({
    errors: errorsOfPair(pair, reference, heard),
    isRare: rareWords.has(wordOf(pair, reference, heard)),
  }));
  return {
    common: addWordErrors(pairs.filter(({ isRare }) => !isRare).map(({ errors }) => errors)),
    rare: addWordErrors(pairs.filter(({ isRare }) => isRare).map(({ errors }) => errors)),
  };
}

function wordOf(pair: AlignedWords, reference: readonly string[], heard: readonly string[]): string {
  const word = pair.reference === undefined ? heard[pair.hypothesis ?? -1] : reference[pair.reference];
  return word ?? '';
}

function rated(errors: readonly WordErrors[]): RatedErrors {
  const sum = addWordErrors(errors);
  return { ...sum, wer: wordErrorRate(sum) };
}
