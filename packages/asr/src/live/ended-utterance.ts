import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { UtteranceEnd } from '../segment/segmenter.js';
import type { UtteranceEvidence } from './invention-gate.js';
import type { ShownWord } from './missing-words.js';
import type { SpeculativeFinal } from './speculative-final.js';
import type { VoicedUtterance } from './uncovered-voice.js';
import type { HeardUtterance } from './utterance-jobs.js';

/** An utterance that has ended. */
export interface EndedUtterance extends HeardUtterance, UtteranceEvidence, VoicedUtterance {
  /** Its final, if that was decoded ahead. */
  readonly ahead: SpeculativeFinal | undefined;
  /** The words that its partials showed. */
  readonly shown: readonly ShownWord[];
  readonly reason: UtteranceEnd;
}

/** Hears an utterance in its context, or alone; gives nothing where that failed for good. */
export type HearUtterance = (
  utterance: EndedUtterance,
  how: 'in-context' | 'alone',
) => Promise<RecognitionResult | undefined>;
