import type { SubmittedJob } from '../inference/inference-pool.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { HearUtterance } from './ended-utterance.js';
import { isSpeech } from './invention-gate.js';
import type { UtteranceJobs } from './utterance-jobs.js';

/** Has the ended utterances of one stream heard, one at a time. */
export interface FinalJobs {
  readonly hear: HearUtterance;
  /** Gives up what is being heard, whose promise stays open; nothing is heard from here on. */
  readonly close: () => void;
}

/** Hears with the jobs of a stream. */
export function createFinalJobs(jobs: UtteranceJobs): FinalJobs {
  let latest: SubmittedJob | undefined;
  let closed = false;
  return {
    hear: (utterance, how) =>
      new Promise<RecognitionResult | undefined>((resolve) => {
        if (closed) {
          resolve(undefined);
          return;
        }
        const owner = {
          onResult: resolve,
          onLost: () => {
            resolve(undefined);
          },
        };
        latest =
          how === 'alone'
            ? jobs.submitAlone(utterance, utterance.end, isSpeech(utterance), owner)
            : jobs.submit(utterance, utterance.end, 'final', owner);
      }),
    close() {
      closed = true;
      latest?.cancel();
    },
  };
}
