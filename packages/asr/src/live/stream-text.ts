import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { spellUnitsOut } from '../text/spoken-units.js';
import { joinWords, spellWords, type SpelledWord } from '../text/words.js';
import type { LiveOptions } from './live-transcription.js';
import { casedAfter } from './sentence-casing.js';
import type { UtteranceServices } from './utterance-services.js';

/** Turns the tokens of one stream into words. */
export interface StreamText {
  /** The language that a result is in, a BCP 47 tag. */
  languageOf(result: RecognitionResult): string;
  /** A result's words as they were heard. */
  spell(result: RecognitionResult): readonly SpelledWord[];
  /** A result's words with the first in the case that fits what was said before. */
  cased(words: readonly SpelledWord[], result: RecognitionResult): readonly SpelledWord[];
  /** Takes the words of a final, which the next utterance continues, and gives their text. */
  settle(words: readonly SpelledWord[]): string;
  /** The text of the latest final. */
  readonly latest: string | undefined;
}

/** Makes the text of a stream in which nothing has been said yet, except for what it continues. */
export function createStreamText(
  { task, ...options }: LiveOptions,
  { textOf, wordBreaksOf, ...services }: UtteranceServices,
): StreamText {
  const asked = options.language ?? services.language;
  let before = options.continues?.context.text;

  const languageOf = ({ language: heard }: RecognitionResult) => (asked === 'auto' ? (heard ?? 'en') : asked);

  return {
    languageOf,
    spell(result) {
      // Translations are English.
      const written = task === 'translate' ? 'en' : languageOf(result);
      const words = spellWords(result.tokens, result.logProbabilities, textOf, wordBreaksOf(written));
      return written.startsWith('en') ? spellUnitsOut(words) : words;
    },
    cased: (words, result) => (languageOf(result).startsWith('en') ? casedAfter(before, words) : words),
    settle(words) {
      before = joinWords(words);
      return before;
    },
    get latest() {
      return before;
    },
  };
}
