import { comparableWords } from './comparable-text.js';
import { alignWords } from './word-errors.js';

/** Where utterances ended. */
export interface SentenceCuts {
  /** Finals whose last word was said in a clip of which it is known where sentences end. */
  readonly finals: number;
  /** Those that end within a sentence. */
  readonly within: number;
}

/**
 * Counts the finals that end where the reference goes on with its sentence.
 *
 * @param reference what was said, with punctuation; without any, nothing is counted
 * @param finals the texts of the finals, in order
 */
export function countSentenceCuts(reference: string, finals: readonly string[]): SentenceCuts {
  const sentences = reference.split(/(?<=[.?!])\s+/u).map(comparableWords);
  if (sentences.length < 2) return { finals: 0, within: 0 };
  const ends = new Set(lastPlaces(sentences));
  const heard = finals.map(comparableWords).filter((words) => words.length > 0);
  const spokenAt = new Map<number, number>();
  for (const { reference: place, hypothesis } of alignWords(sentences.flat(), heard.flat())) {
    if (place !== undefined && hypothesis !== undefined) spokenAt.set(hypothesis, place);
  }
  // A last word that was invented says nothing about where its utterance ended.
  const cuts = lastPlaces(heard).flatMap((last) => spokenAt.get(last) ?? []);
  return { finals: cuts.length, within: cuts.filter((place) => !ends.has(place)).length };
}

/** The place of the last word of each text, where all follow each other. */
function lastPlaces(texts: readonly (readonly string[])[]): number[] {
  let length = 0;
  return texts
    .filter((words) => words.length > 0)
    .map((words) => {
      length += words.length;
      return length - 1;
    });
}
