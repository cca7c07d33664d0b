import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { textReading } from '../text/kept-meaning/text-reading.js';
import type { SpelledWord } from '../text/words.js';
import { alignHearings } from './align-hearings.js';
import { ballotOf, type VotedWord } from './elect-words.js';

/** A word that a partial showed. */
export interface ShownWord {
  readonly text: string;
  /** Where its first and its last token were heard, seconds of the stream. */
  readonly from: number;
  readonly to: number;
}

/** Words in a row that partials showed and that a final does not have. */
export interface MissingWords {
  readonly count: number;
  /** Where the word before them was heard; undefined if they are the first. */
  readonly from: number | undefined;
  /** Where the word behind them was heard; undefined if they are the last. */
  readonly to: number | undefined;
  /** The token of the final before which they belong; undefined if the final has other words in their place. */
  readonly token: number | undefined;
}

/**
 * The places where a final has fewer words than partials showed, by three and more. One or two words fewer are how
 * hypotheses are revised. A term may stand for several words, and digits for a number in words: they take nothing away.
 *
 * @param words those of `result`
 */
export function missingWords(
  shown: readonly ShownWord[],
  words: readonly SpelledWord[],
  result: Pick<RecognitionResult, 'terms' | 'tokens'>,
): MissingWords[] {
  const slots = alignHearings<ComparedWord>([
    shown.map((word) => ({ ...word, ...ballotOf(word.text), confidence: 1, hearing: 0 })),
    words.map((word) => ({ ...word, ...ballotOf(word.text), hearing: 1 })),
  ]);
  return differences(slots).flatMap(({ before, shown: lacking, final, behind }) => {
    const count = lacking.length - final.length;
    if (count < LEAST_WORDS || saysTheSame(lacking, final) || final.some((word) => isOfTerm(word, result)))
      return [];
    const token = final.length > 0 ? undefined : (behind?.final.firstToken ?? result.tokens.length);
    return [{ count, from: before?.shown.to, to: behind?.shown.from, token }];
  });
}

const LEAST_WORDS = 3;

type ShownVote = VotedWord & ShownWord;
type FinalVote = VotedWord & SpelledWord;
type ComparedWord = ShownVote | FinalVote;

/** A word that both have. */
interface Common {
  readonly shown: ShownVote;
  readonly final: FinalVote;
}

/** Words between two that both have, or at an end. */
interface Difference {
  readonly before: Common | undefined;
  readonly shown: readonly ShownVote[];
  readonly final: readonly FinalVote[];
  readonly behind: Common | undefined;
}

function differences(slots: ReturnType<typeof alignHearings<ComparedWord>>): Difference[] {
  const found: Difference[] = [];
  let before: Common | undefined;
  let shown: ShownVote[] = [];
  let final: FinalVote[] = [];
  const close = (behind: Common | undefined) => {
    if (shown.length + final.length > 0) found.push({ before, shown, final, behind });
    [before, shown, final] = [behind, [], []];
  };
  for (const [one, other] of slots as readonly (readonly [ShownVote?, FinalVote?])[]) {
    if (one && other && one.key === other.key) {
      close({ shown: one, final: other });
      continue;
    }
    if (one) shown.push(one);
    if (other) final.push(other);
  }
  close(undefined);
  return found;
}

/** Whether both say the same number or negation, in however many words. */
function saysTheSame(shown: readonly ShownVote[], final: readonly FinalVote[]): boolean {
  const [one, other] = [shown, final].map((words) => textReading(words.map(({ text }) => text)));
  return one !== '' && one === other;
}

function isOfTerm({ firstToken, tokens }: SpelledWord, { terms }: Pick<RecognitionResult, 'terms'>): boolean {
  return terms.some(
    (term) => term.firstToken < firstToken + tokens && firstToken < term.firstToken + term.tokens,
  );
}
