import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { meanLogProbability } from '../decoding/search.js';
import type { SubmittedJob } from '../inference/inference-pool.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { joinWords } from '../text/words.js';
import type { PartialHypothesis } from './live-transcription.js';
import { decodeAhead, type SpeculativeFinal } from './speculative-final.js';
import { createStablePrefix } from './stable-prefix.js';
import type { StreamText } from './stream-text.js';
import type { HeardUtterance, UtteranceJobs } from './utterance-jobs.js';

/** An utterance being spoken: its partial hypotheses, and the final that is decoded ahead in a pause. */
export interface OpenUtterance extends HeardUtterance {
  /** Whether a partial was sent. */
  readonly shown: boolean;
  /** Asks for a partial of the audio up to sample `heard`, once enough of it is new. */
  listen(heard: number): void;
  /** Decodes its final, since it has ended at sample `end`, or may have. */
  decodeAhead(end: number): SpeculativeFinal;
  /** It goes on after a pause. */
  resume(): void;
  /**
   * It has ended at sample `end`, and makes no more partials. Gives the final if it was decoded ahead for that very
   * end.
   */
  finish(end: number): SpeculativeFinal | undefined;
  /** Gives it up, with all its jobs. */
  drop(): void;
}

/** The services that an open utterance uses. */
export interface OpenUtteranceServices {
  readonly jobs: UtteranceJobs;
  readonly text: StreamText;
  /** Called with each partial that shows more than the one before; absent where none are wanted. */
  readonly onPartial: ((partial: Omit<PartialHypothesis, 'sequence'>) => void) | undefined;
}

/** Begins an utterance at sample `start`. */
export function openUtterance(
  start: number,
  { jobs, text, onPartial }: OpenUtteranceServices,
): OpenUtterance {
  const stable = createStablePrefix();
  let shownCount = 0;
  /** Samples that the latest partial hypothesis covers. */
  let partialEnd = start + FIRST_PARTIAL - PARTIAL_STEP;
  let partial: SubmittedJob | undefined;
  let ahead: SpeculativeFinal | undefined;
  let heard: HeardUtterance['heard'] = { tokens: [], end: start };
  let isOpen = true;

  const take = (result: RecognitionResult, end: number) => {
    heard = { tokens: result.tokens, end };
    if (isOpen && onPartial && result.stopped !== 'repetition') show(result, end, onPartial);
  };

  const show = (
    result: RecognitionResult,
    end: number,
    tell: NonNullable<OpenUtteranceServices['onPartial']>,
  ) => {
    const settledBefore = (end - EDGE) / SAMPLE_RATE;
    const words = text
      .cased(text.spell(result), result)
      .filter(({ firstToken, tokens }) => (result.heardAt[firstToken + tokens - 1] ?? 0) <= settledBefore);
    const shown = stable.update(words.map((word) => word.text));
    if (shown.length === shownCount) return;
    shownCount = shown.length;
    tell({
      text: joinWords(
        shown.map((word, index) => ({ text: word, spaceBefore: words[index]?.spaceBefore ?? true })),
      ),
      start: start / SAMPLE_RATE,
      end: end / SAMPLE_RATE,
      confidence: Math.exp(meanLogProbability(result)),
    });
  };

  const utterance: OpenUtterance = {
    start,
    get heard() {
      return heard;
    },
    get shown() {
      return shownCount > 0;
    },
    listen(end) {
      // A partial that still waits for a worker is replaced by one of newer audio.
      if (partial?.started || end - partialEnd < PARTIAL_STEP) return;
      partialEnd = end;
      partial = jobs.submit(utterance, end, 'partial', {
        onLost() {
          partial = undefined;
        },
        onResult(result) {
          partial = undefined;
          take(result, end);
        },
      });
    },
    decodeAhead(end) {
      partial?.cancel();
      partial = undefined;
      ahead = decodeAhead(
        end,
        (owner) => jobs.submit(utterance, end, 'ahead', owner),
        (result) => {
          take(result, end);
        },
      );
      return ahead;
    },
    resume() {
      ahead?.drop();
      ahead = undefined;
    },
    finish(end) {
      isOpen = false;
      partial?.cancel();
      if (ahead?.end === end) return ahead;
      ahead?.drop();
      return undefined;
    },
    drop() {
      isOpen = false;
      partial?.cancel();
      ahead?.drop();
    },
  };
  return utterance;
}

/** New audio that each partial hypothesis needs, samples: 0.2 s (bench `latency`). */
const PARTIAL_STEP = 3_200;

/** Words heard so close to the end of the audio are not shown yet, samples: 0.15 s (bench `latency`). */
const EDGE = 2_400;

/** Audio that the first partial hypothesis needs, samples: the pre-roll and a short word. */
const FIRST_PARTIAL = 9_600;
