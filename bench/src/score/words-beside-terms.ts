import type { Hypotheses } from './hypotheses.js';

/** A clip whose text lacks words with key terms that it has without them. */
export interface LostBesideTerms {
  readonly id: string;
  /** The missing numbers, units and negations. */
  readonly lost: readonly string[];
  readonly without: string;
  readonly withTerms: string;
}

/**
 * Clips that lack numbers, units or negations once sessions are given key terms. A number counts as the same
 * in digits and in words.
 */
export function lostBesideTerms(without: Hypotheses, withTerms: Hypotheses): LostBesideTerms[] {
  return [...without].flatMap(([id, text]) => {
    const other = withTerms.get(id) ?? '';
    const left = [...countedWords(other)];
    const lost = countedWords(text).filter((word) => {
      const place = left.indexOf(word);
      if (place >= 0) left.splice(place, 1);
      return place < 0;
    });
    return lost.length === 0 ? [] : [{ id, lost, without: text, withTerms: other }];
  });
}

function countedWords(text: string): readonly string[] {
  const words = text.toLowerCase().match(/\d+(?:[.,/]\d+)*|[a-z]+(?:['’]t)?/g) ?? [];
  return words.flatMap((word) => {
    const number = NUMBERS.indexOf(word);
    if (number >= 0) return [String(number)];
    return /^\d/.test(word) || COUNTED.test(word) ? [word] : [];
  });
}

const NUMBERS = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');

const COUNTED =
  /^(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|point|once|twice|daily|milligrams?|micrograms?|milliliters?|units?|grams|mg|mcg|ml|hours?|days?|weeks?|no|not|nor|never|without|denies|denied|cannot|[a-z]+n['’]t)$/;
