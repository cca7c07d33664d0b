import { keepsWords, keptWords, joinsNumber } from '../terms/kept-words.js';
import { nameTerms } from '../terms/name-terms.js';
import { soundDistance, soundsOf } from '../terms/sound-distance.js';
import { soundSpelling } from '../terms/sound-spelling.js';
import { plainWords, type TermList } from '../terms/term-list.js';
import { joinWords, spellWords, type SpelledWord } from '../text/words.js';
import { coversAudio } from './heard-span.js';
import type { Hypothesis } from './search.js';
import type { SpeechModel } from './speech-model.js';

/**
 * Whether a text that was searched for terms differs only in terms: each change puts one or more terms in place of
 * words that sound remotely like them and were heard in the same audio, and removes no number, unit or negation. No
 * word is lost, and none is repeated.
 */
export function changesOnlyTerms(
  former: Hypothesis,
  searched: Hypothesis,
  lists: readonly TermList[],
  model: Pick<SpeechModel, 'textOf' | 'secondsPerFrame'>,
): boolean {
  const before = wordsOf(former, model);
  const after = wordsOf(searched, model);
  const named = nameTerms(after.map(withoutPossessive), lists);
  const termAt = (place: number): number =>
    named.findIndex(({ firstToken, tokens }) => {
      const token = after[place]?.firstToken ?? -1;
      return token >= firstToken && token < firstToken + tokens;
    });
  const differing = differences(before, after);
  if (differing.some((one) => one.from === one.to || one.insteadFrom === one.insteadTo)) return false;
  return differing
    .map((one) => toWholeTerms(one, termAt))
    .every((difference) => {
      const written = before.slice(difference.from, difference.to);
      const instead = after.slice(difference.insteadFrom, difference.insteadTo);
      const isNamed = instead.every((_, index) => termAt(difference.insteadFrom + index) >= 0);
      const [text, other] = [joinWords(written), joinWords(instead)];
      return (
        isNamed &&
        isDoubtful(written) &&
        keepsNames(written, instead, lists) &&
        keepsWords(text, other) &&
        keptWords(text).length === keptWords(other).length &&
        keepsLinks(before, difference, instead) &&
        distanceBetween(text, other) < FARTHEST &&
        coversAudio(
          written.map(({ firstToken }) => former.frames[firstToken] ?? 0),
          instead.flatMap(({ firstToken, tokens }) => searched.frames.slice(firstToken, firstToken + tokens)),
          model.secondsPerFrame,
        )
      );
    });
}

/** Whether the decoder was unsure of these words. A search with terms may also change the words beside unsure ones. */
function isDoubtful(written: readonly SpelledWord[]): boolean {
  return written.reduce((doubt, { confidence }) => doubt - Math.log(confidence), 0) >= LEAST_DOUBT;
}

/** Whether words that already belong to a name are still there. */
function keepsNames(
  written: readonly SpelledWord[],
  instead: readonly SpelledWord[],
  lists: readonly TermList[],
): boolean {
  const kept = instead.map(({ text }) => plainWords(text));
  return written
    .map(({ text }) => plainWords(text))
    .every((word) => kept.includes(word) || !lists.some(({ parts }) => parts?.has(word)));
}

/** Words of one text, and those that another text has in their place. */
interface Difference {
  readonly from: number;
  readonly to: number;
  readonly insteadFrom: number;
  readonly insteadTo: number;
}

/** Whether words that a number beside a difference needs are still there. */
function keepsLinks(
  before: readonly SpelledWord[],
  { from, to }: Difference,
  instead: readonly SpelledWord[],
): boolean {
  const isLost = (edge: SpelledWord | undefined, beside: SpelledWord | undefined, now?: SpelledWord) =>
    edge !== undefined &&
    beside !== undefined &&
    plainWords(edge.text) !== plainWords(now?.text ?? '') &&
    joinsNumber(edge.text, beside.text);
  return (
    !isLost(before[from], before[from - 1], instead[0]) && !isLost(before[to - 1], before[to], instead.at(-1))
  );
}

/** A difference, extended by the rest of the terms that it is a part of, which both texts have. */
function toWholeTerms(difference: Difference, termAt: (place: number) => number): Difference {
  let { from, to, insteadFrom, insteadTo } = difference;
  while (from > 0 && termAt(insteadFrom) >= 0 && termAt(insteadFrom - 1) === termAt(insteadFrom)) {
    from--;
    insteadFrom--;
  }
  while (termAt(insteadTo - 1) >= 0 && termAt(insteadTo) === termAt(insteadTo - 1)) {
    to++;
    insteadTo++;
  }
  return { from, to, insteadFrom, insteadTo };
}

/** Where two texts differ, by their longest common subsequence of words. */
function differences(before: readonly SpelledWord[], after: readonly SpelledWord[]): Difference[] {
  const [one, other] = [before, after].map((words) => words.map(({ text }) => plainWords(text)));
  if (!one || !other) return [];
  const common = commonLengths(one, other);
  const found: Difference[] = [];
  let [from, insteadFrom, to, insteadTo] = [0, 0, 0, 0];
  const close = () => {
    if (to > from || insteadTo > insteadFrom) found.push({ from, to, insteadFrom, insteadTo });
  };
  while (to < one.length || insteadTo < other.length) {
    if (to < one.length && insteadTo < other.length && one[to] === other[insteadTo]) {
      close();
      to++;
      insteadTo++;
      [from, insteadFrom] = [to, insteadTo];
    } else if (
      insteadTo >= other.length ||
      (to < one.length && (common[to + 1]?.[insteadTo] ?? 0) >= (common[to]?.[insteadTo + 1] ?? 0))
    )
      to++;
    else insteadTo++;
  }
  close();
  return found;
}

/** How many words the rest of two texts have in common, by where both rests begin. */
function commonLengths(one: readonly string[], other: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  for (let i = one.length - 1; i >= 0; i--)
    for (let j = other.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[];
      row[j] =
        one[i] === other[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  return lengths;
}

function wordsOf(
  { tokens, logProbabilities }: Hypothesis,
  { textOf }: Pick<SpeechModel, 'textOf'>,
): readonly SpelledWord[] {
  return spellWords(tokens, logProbabilities, textOf);
}

function withoutPossessive(word: SpelledWord): SpelledWord {
  return { ...word, text: word.text.replace(/['’]s(?=\W*$)/u, '') };
}

function distanceBetween(one: string, other: string): number {
  return soundDistance(soundsOf(soundSpelling(one)), soundsOf(soundSpelling(other)));
}

/** The least doubt about a word that is replaced, nats: none that was rightly replaced was surer than 0.7 (bench `terms`). */
const LEAST_DOUBT = 0.36;

/** Words that are farther from a term than this never meant that term (bench `terms`), see `soundDistance`. */
const FARTHEST = 0.65;
