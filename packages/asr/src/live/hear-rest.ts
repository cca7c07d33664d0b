import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { TokenText } from '../text/token-text.js';
import { spellWords } from '../text/words.js';
import { joinResults } from './join-results.js';

/** What is needed to hear the rest of an utterance. */
export interface RestHearing {
  /** End of the utterance, seconds of the stream. */
  readonly end: number;
  readonly textOf: (token: number) => TokenText;
  /**
   * Hears the utterance from about `from` on, by itself; nothing where no words are found or it could not be heard.
   */
  readonly hear: (from: number) => Promise<RecognitionResult | undefined>;
}

/**
 * Hears the audio after the place where a search lost its way, by itself, as often as it takes to reach the
 * utterance's end, and joins the results. Half of the audio of a loop is heard again: somebody who said a word many
 * times may have stopped anywhere in it, and the next hearing has only half of what misled this one.
 */
export async function hearRest(
  first: RecognitionResult,
  { end, textOf, hear }: RestHearing,
): Promise<RecognitionResult> {
  let heard = first;
  let cut = first;
  let from = -Infinity;
  for (let hearing = 0; hearing < MOST_HEARINGS && cut.stopped !== 'end'; hearing++) {
    from = Math.max(from + LEAST_STEP_SECONDS, placeBehind(cut, textOf));
    if (end - from < LEAST_REST_SECONDS) break;
    const next = await hear(from);
    if (!next) break;
    heard = joinResults(heard.stopped === 'length' ? withoutLastWord(heard, textOf) : heard, next);
    cut = next;
  }
  return heard;
}

/** Each hears half of the audio in which the one before looped, the fourth a sixteenth. */
const MOST_HEARINGS = 4;

/**
 * Each hearing begins at least this much later than the one before, seconds.
 */
const LEAST_STEP_SECONDS = 0.5;

/** A rest that is shorter, seconds, cannot hold a word with the silence around it. */
const LEAST_REST_SECONDS = 0.5;

/** Where the rest begins: in the middle of a loop, or at the last word of a text that became too long. */
function placeBehind(cut: RecognitionResult, textOf: RestHearing['textOf']): number {
  if (cut.stopped === 'length') {
    const last = lastWordOf(cut, textOf);
    return cut.heardAt[last] ?? cut.lostIn?.from ?? 0;
  }
  const { from, to } = cut.lostIn ?? { from: 0, to: 0 };
  return from + Math.max(0, to - from) / 2;
}

/** Without the last word, which is incomplete where the text was cut within it. */
function withoutLastWord(cut: RecognitionResult, textOf: RestHearing['textOf']): RecognitionResult {
  const last = lastWordOf(cut, textOf);
  const isKept = ({ firstToken, tokens }: { firstToken: number; tokens: number }) =>
    firstToken + tokens <= last;
  return {
    ...cut,
    tokens: cut.tokens.slice(0, last),
    logProbabilities: cut.logProbabilities.slice(0, last),
    heardAt: cut.heardAt.slice(0, last),
    terms: cut.terms.filter(isKept),
    alternatives: cut.alternatives.filter(isKept),
  };
}

function lastWordOf({ tokens, logProbabilities }: RecognitionResult, textOf: RestHearing['textOf']): number {
  return spellWords(tokens, logProbabilities, textOf).at(-1)?.firstToken ?? tokens.length;
}
