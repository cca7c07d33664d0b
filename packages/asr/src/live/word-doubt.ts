import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { cardinalOf, isNumberWord } from '../text/written-form/number-words.js';
import type { SpelledWord } from '../text/words.js';
import type { Word, WordAlternative } from './live-transcription.js';

/** How sure a word is, and what else it may be. */
export type WordDoubt = Pick<Word, 'confidence' | 'alternatives' | 'doubtful'>;

/**
 * Gives each word its confidence, and decides which words a person should look at. `spelled`: the words as they were
 * decoded; `written`: with terms as they are to be written.
 */
export function doubtWords(
  spelled: readonly SpelledWord[],
  written: readonly SpelledWord[],
  { terms, alternatives }: Pick<RecognitionResult, 'terms' | 'alternatives'>,
  calibrated: (confidence: number) => number,
): WordDoubt[] {
  const weighed = weigh(spelled, written, alternatives);
  return written.map((word, place) => {
    const covering = weighed.filter(({ first, words }) => first <= place && place < first + words);
    const against = Math.max(0, ...covering.map(({ against }) => against));
    const confidence = Math.min(calibrated(word.confidence), 1 / (1 + against));
    const own = covering.filter(({ first }) => first === place);
    const shown = own.length === 0 ? [] : sharesOf(own, confidence, word.text);
    const below = DOUBTFUL_BELOW[kindOf(word, terms, covering.length > 0)];
    return {
      confidence,
      ...(shown.length === 0 ? {} : { alternatives: shown }),
      ...(confidence < below ? { doubtful: true as const } : {}),
    };
  });
}

/**
 * Confidences below which a word is doubtful. Of 515 words of dictation they mark 15, among them 5 of 6 wrong numbers
 * (bench `calibration`, ../shared/dictation). Whoever shows the text decides which other words to mark.
 */
const DOUBTFUL_BELOW = { term: 0.75, number: 0.75, other: 0 } as const;

/** Alternatives that are less likely by more than this are not worth showing, nats. */
const LEAST_ODDS = -4;

const MOST_SHOWN = 3;

/** What may stand in place of successive words. */
interface Weighed {
  readonly first: number;
  readonly words: number;
  readonly text: string;
  /** Its likelihood relative to that of what is written. */
  readonly ratio: number;
  /** The same for all alternatives for these words together. */
  readonly against: number;
}

function weigh(
  spelled: readonly SpelledWord[],
  written: readonly SpelledWord[],
  alternatives: RecognitionResult['alternatives'],
): Weighed[] {
  const placed = alternatives.flatMap(({ firstToken, tokens, text, odds }) => {
    const first = written.findIndex((word) => word.firstToken === firstToken);
    const next = written.findIndex((word) => word.firstToken >= firstToken + tokens);
    const behind = next < 0 ? written.length : next;
    const last = written[behind - 1];
    if (first < 0 || !last || odds < LEAST_ODDS) return [];
    // Where words were joined, an alternative for some of them says nothing about the others.
    const isPart = spelled.some(
      (word) => word.firstToken >= firstToken + tokens && word.firstToken < last.firstToken + last.tokens,
    );
    const known = written.slice(first, behind).some((word) => plain(word.text) === plain(text));
    if (isPart || (behind - first === 1 && known)) return [];
    return [{ first, words: behind - first, text: withPunctuation(text, last.text), ratio: Math.exp(odds) }];
  });
  return placed.map((one) => {
    const rivals = placed.filter(({ first, words }) => first === one.first && words === one.words);
    return { ...one, against: rivals.reduce((sum, { ratio }) => sum + ratio, 0) };
  });
}

/** The likeliest alternatives, each with its share of the confidence that the word leaves. */
function sharesOf(weighed: readonly Weighed[], confidence: number, written: string): WordAlternative[] {
  const all = weighed.reduce((sum, { ratio }) => sum + ratio, 0);
  const share = Math.min(confidence, (1 - confidence) / all);
  return weighed
    .toSorted((one, other) => other.ratio - one.ratio)
    .filter(({ text }, place, sorted) => sorted.findIndex((other) => other.text === text) === place)
    .filter(({ text }) => text !== written)
    .slice(0, MOST_SHOWN)
    .map(({ text, words, ratio }) => ({
      text,
      confidence: ratio * share,
      ...(words === 1 ? {} : { words }),
    }));
}

function kindOf(
  { text, firstToken, tokens }: SpelledWord,
  terms: RecognitionResult['terms'],
  hasAlternatives: boolean,
): keyof typeof DOUBTFUL_BELOW {
  const isTerm = terms.some(
    (term) => term.firstToken < firstToken + tokens && firstToken < term.firstToken + term.tokens,
  );
  if (isTerm || hasAlternatives) return 'term';
  return isNumber(text) ? 'number' : 'other';
}

function isNumber(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.some((word) => /\d/u.test(word) || isNumberWord(cardinalOf(word) ?? word));
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function withPunctuation(text: string, written: string): string {
  const [behind = ''] = /[^\p{L}\p{N}]*$/u.exec(written) ?? [];
  return `${text}${behind}`;
}
