import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { ShownWord } from './missing-words.js';
import { createPartialJobs } from './partial-jobs.js';
import { sentenceEnd, type SentenceEnd } from './sentence-end.js';
import { createShownPartials, type TakePartial } from './shown-partials.js';
import { decodeAhead, type SpeculativeFinal } from './speculative-final.js';
import type { StreamText } from './stream-text.js';
import type { HeardUtterance, UtteranceJobs } from './utterance-jobs.js';

/** An utterance being spoken: its partial hypotheses, and the final that is decoded ahead in a pause. */
export interface OpenUtterance extends HeardUtterance {
  /** The words that its partials showed. */
  readonly shown: readonly ShownWord[];
  /** What the words before the pause that it has come to say about it; undefined while that is not known. */
  readonly sentenceEnd: SentenceEnd | undefined;
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
  /** Whether a process is free for a second hearing, after the first was handed in. */
  readonly mayHearTwice: () => boolean;
  /** Called with each partial that shows more than the one before; absent where none are wanted. */
  readonly onPartial: TakePartial | undefined;
  /** Whether partials also have words that may still change. */
  readonly tellsUnsettled: boolean;
}

/** Begins an utterance at sample `start`. */
export function openUtterance(
  start: number,
  { jobs, text, mayHearTwice, onPartial, tellsUnsettled }: OpenUtteranceServices,
): OpenUtterance {
  const shown = onPartial && createShownPartials(start, text, onPartial, tellsUnsettled);
  let ahead: SpeculativeFinal | undefined;
  let heard: HeardUtterance['heard'] = { tokens: [], end: start };
  let sentence: SentenceEnd | undefined;
  let isOpen = true;

  const take = (result: RecognitionResult, end: number) => {
    heard = { tokens: result.tokens, end };
    if (isOpen && result.stopped !== 'repetition') shown?.show(result, end);
  };

  const partials = createPartialJobs(
    start,
    (end, owner) => jobs.submit(utterance, end, 'partial', owner),
    take,
  );

  const utterance: OpenUtterance = {
    start,
    get heard() {
      return heard;
    },
    get sentenceEnd() {
      return sentence;
    },
    get shown() {
      return shown?.words ?? [];
    },
    listen: partials.listen,
    decodeAhead(end) {
      partials.cancel();
      ahead = decodeAhead(end, {
        submit: (owner) => jobs.submit(utterance, end, 'ahead', owner),
        mayHearTwice,
        submitSecond: (owner) => jobs.submitSecond(utterance, end, owner),
        onResult(result) {
          take(result, end);
          const words = text.spell(result);
          sentence = sentenceEnd(words, result, text.languageOf(result));
          return words.every(({ confidence }) => confidence >= SURE) ? 'sure' : 'unsure';
        },
      });
      return ahead;
    },
    resume() {
      ahead?.drop();
      ahead = undefined;
      sentence = undefined;
    },
    finish(end) {
      isOpen = false;
      partials.cancel();
      if (ahead?.end === end) return ahead;
      ahead?.drop();
      return undefined;
    },
    drop() {
      isOpen = false;
      partials.cancel();
      ahead?.drop();
    },
  };
  return utterance;
}

/**
 * The confidence from which on a word needs no second hearing. Of utterances of interviews, two thirds have no less sure
 * word, and a quarter of all errors (bench `accuracy --kind medical`).
 */
const SURE = 0.5;
