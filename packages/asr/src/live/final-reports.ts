import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { EndedUtterance } from './ended-utterance.js';
import type { Finalised } from './finalise.js';
import type { DropReason, LiveListener } from './live-transcription.js';

/** Tells the listener of one stream what came of its utterances, in their order, and counts the finals. */
export interface FinalReports {
  tell(utterance: EndedUtterance, outcome: Finalised): void;
  /** Tells of an utterance that is too faint to be heard. */
  passOver(utterance: EndedUtterance): void;
  /** The sequence of the next final. */
  readonly sequence: number;
  /** Seconds of speech in the finals so far. */
  readonly speechSeconds: number;
}

/** Has told of nothing yet. */
export function createFinalReports(listener: LiveListener): FinalReports {
  let sequence = 0;
  let speechSamples = 0;

  const tellEmpty = (utterance: EndedUtterance) => {
    listener.onEmpty?.({ sequence, ...secondsOf(utterance), reason: utterance.reason });
  };

  const drop = (utterance: EndedUtterance, own: number, reason: DropReason) => {
    listener.onDropped?.({
      reason,
      sequence: own,
      ...secondsOf(utterance),
      shown: utterance.shown.length > 0,
    });
  };

  return {
    tell(utterance, outcome) {
      if (outcome.kind === 'lost') {
        listener.onLost?.(secondsOf(utterance));
        return;
      }
      const own = sequence;
      if (outcome.kind === 'final') {
        speechSamples += utterance.end - utterance.start;
        listener.onFinal({ sequence: sequence++, ...outcome.final });
      } else {
        tellEmpty(utterance);
      }
      if (outcome.dropped) drop(utterance, own, outcome.dropped);
    },
    passOver(utterance) {
      tellEmpty(utterance);
      if (utterance.heard.tokens.length > 0) drop(utterance, sequence, 'faint');
    },
    get sequence() {
      return sequence;
    },
    get speechSeconds() {
      return speechSamples / SAMPLE_RATE;
    },
  };
}

function secondsOf({ start, end }: EndedUtterance): { readonly start: number; readonly end: number } {
  return { start: start / SAMPLE_RATE, end: end / SAMPLE_RATE };
}
