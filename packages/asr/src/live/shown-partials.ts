import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { meanLogProbability } from '../decoding/search.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { bareWord, joinWords, type SpelledWord } from '../text/words.js';
import type { PartialHypothesis } from './live-transcription.js';
import type { ShownWord } from './missing-words.js';
import { createStablePrefix } from './stable-prefix.js';
import type { StreamText } from './stream-text.js';

/** The partials of one utterance, each of which shows other words than the one before, or has other unsettled ones. */
export interface ShownPartials {
  /** Shows what is stable of what was heard up to sample `end`. */
  show(result: RecognitionResult, end: number): void;
  /** The words that were sent, as the latest of them shows them, without the unsettled ones. */
  readonly words: readonly ShownWord[];
}

/** Takes a partial that is to be sent. */
export type TakePartial = (partial: Omit<PartialHypothesis, 'sequence'>) => void;

/**
 * Shows nothing yet of the utterance that begins at sample `start`.
 *
 * @param tellsUnsettled whether partials have `unsettled`
 */
export function createShownPartials(
  start: number,
  text: StreamText,
  onPartial: TakePartial,
  tellsUnsettled: boolean,
): ShownPartials {
  const stable = createStablePrefix();
  let sent: readonly ShownWord[] = [];
  let sentUnsettled = '';
  return {
    show(result, end) {
      const words = wordsAwayFromEdge(result, end, text);
      const shown = stable.update(words.map((word) => word.text));
      const settled = joined(shown, words);
      const unsettled = tellsUnsettled ? heardBehind(shown, words).slice(settled.length) : '';
      if (shown.length === sent.length && unsettled === sentUnsettled) return;
      const added = shown.slice(sent.length).map((word, index) => {
        const { firstToken = 0, tokens = 1 } = words[sent.length + index] ?? {};
        const [from = 0, to = from] = [result.heardAt[firstToken], result.heardAt[firstToken + tokens - 1]];
        return { text: word, from, to };
      });
      sent = [...sent, ...added];
      sentUnsettled = unsettled;
      onPartial({
        text: settled,
        ...(unsettled !== '' && { unsettled }),
        start: start / SAMPLE_RATE,
        end: end / SAMPLE_RATE,
        confidence: Math.exp(meanLogProbability(result)),
      });
    },
    get words() {
      return sent;
    },
  };
}

/** What is shown, and behind it the words that were heard only once, unless they were heard behind another word. */
function heardBehind(shown: readonly string[], words: readonly SpelledWord[]): string {
  const last = shown.length - 1;
  const goesOn = last < 0 || bareWord(words[last]?.text ?? '') === bareWord(shown[last] ?? '');
  const behind = goesOn ? words.slice(shown.length).map((word) => word.text) : [];
  return joined([...shown, ...behind], words);
}

function joined(shown: readonly string[], words: readonly SpelledWord[]): string {
  return joinWords(
    shown.map((word, index) => ({ text: word, spaceBefore: words[index]?.spaceBefore ?? true })),
  );
}

/** The words that are heard far enough from the end of the audio, where they may be cut off. */
function wordsAwayFromEdge(result: RecognitionResult, end: number, text: StreamText): readonly SpelledWord[] {
  const settledBefore = (end - EDGE) / SAMPLE_RATE;
  return text
    .cased(text.spell(result), result)
    .filter(({ firstToken, tokens }) => (result.heardAt[firstToken + tokens - 1] ?? 0) <= settledBefore);
}

/** Words heard so close to the end of the audio are not shown yet, samples: 0.15 s (bench `latency`). */
const EDGE = 2_400;
