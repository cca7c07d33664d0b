import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { meanLogProbability } from '../decoding/search.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { joinWords, type SpelledWord } from '../text/words.js';
import type { PartialHypothesis } from './live-transcription.js';
import type { ShownWord } from './missing-words.js';
import { createStablePrefix } from './stable-prefix.js';
import type { StreamText } from './stream-text.js';

/** The partials of one utterance, each of which shows other words than the one before. */
export interface ShownPartials {
  /** Shows what is stable of what was heard up to sample `end`. */
  show(result: RecognitionResult, end: number): void;
  /** The words that were sent, as the latest of them shows them. */
  readonly words: readonly ShownWord[];
}

/** Takes a partial that is to be sent. */
export type TakePartial = (partial: Omit<PartialHypothesis, 'sequence'>) => void;

/** Shows nothing yet of the utterance that begins at sample `start`. */
export function createShownPartials(start: number, text: StreamText, onPartial: TakePartial): ShownPartials {
  const stable = createStablePrefix();
  let sent: readonly ShownWord[] = [];
  return {
    show(result, end) {
      const words = wordsAwayFromEdge(result, end, text);
      const shown = stable.update(words.map((word) => word.text));
      if (shown.length === sent.length) return;
      const added = shown.slice(sent.length).map((word, index) => {
        const { firstToken = 0, tokens = 1 } = words[sent.length + index] ?? {};
        const [from = 0, to = from] = [result.heardAt[firstToken], result.heardAt[firstToken + tokens - 1]];
        return { text: word, from, to };
      });
      sent = [...sent, ...added];
      onPartial({
        text: joinWords(
          shown.map((word, index) => ({ text: word, spaceBefore: words[index]?.spaceBefore ?? true })),
        ),
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

/** The words that are heard far enough from the end of the audio, where they may be cut off. */
function wordsAwayFromEdge(result: RecognitionResult, end: number, text: StreamText): readonly SpelledWord[] {
  const settledBefore = (end - EDGE) / SAMPLE_RATE;
  return text
    .cased(text.spell(result), result)
    .filter(({ firstToken, tokens }) => (result.heardAt[firstToken + tokens - 1] ?? 0) <= settledBefore);
}

/** Words heard so close to the end of the audio are not shown yet, samples: 0.15 s (bench `latency`). */
const EDGE = 2_400;
