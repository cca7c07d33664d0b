import { nameTerms } from '../terms/name-terms.js';
import type { TermList } from '../terms/term-list.js';
import { joinWords, spellWords, type SpelledWord } from '../text/words.js';
import type { Hypothesis } from './search.js';
import type { SpeechModel } from './speech-model.js';

/**
 * The token from which on it is worth searching a hypothesis for terms: that of the first word, from `begin` on, that
 * the decoder doubted, that belongs to no term, and that sounds remotely like one. Undefined if there is no such word.
 */
export function doubtfulToken(
  { tokens, logProbabilities }: Hypothesis,
  lists: readonly TermList[],
  { textOf }: Pick<SpeechModel, 'textOf'>,
  begin: number,
): number | undefined {
  const words = spellWords(tokens, logProbabilities, textOf);
  const named = nameTerms(words, lists);
  const isNamed = ({ firstToken }: SpelledWord) =>
    named.some((term) => firstToken >= term.firstToken && firstToken < term.firstToken + term.tokens);
  return words.find(
    (word, place) =>
      word.firstToken >= begin &&
      word.confidence < SURE &&
      !isNamed(word) &&
      soundsLikeTerm(words.slice(place, place + MOST_WORDS), lists),
  )?.firstToken;
}

/** Whether the first of some words, or several words from it on, sound remotely like a term. */
function soundsLikeTerm(words: readonly SpelledWord[], lists: readonly TermList[]): boolean {
  return words.some((_, more) => {
    const text = joinWords(words.slice(0, more + 1));
    return lists.some(({ sounds }) => sounds.near(text, FARTHEST).length > 0);
  });
}

/** Words of at least this probability are left as they are (bench `terms`). */
const SURE = 0.6;

/** Words that are farther from a term than this never become that term in the search (bench `terms`), see `soundDistance`. */
const FARTHEST = 0.65;

/** The most words as which one term is heard. */
const MOST_WORDS = 3;
