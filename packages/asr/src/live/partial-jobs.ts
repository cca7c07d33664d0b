import type { SubmittedJob } from '../inference/inference-pool.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { HypothesisOwner } from './utterance-jobs.js';

/** Asks for the partial hypotheses of one utterance, each of more audio than the one before. */
export interface PartialJobs {
  /** Asks for one of the audio up to sample `end`, once enough of it is new. */
  readonly listen: (end: number) => void;
  /** Gives up the one on its way. */
  cancel(): void;
}

/**
 * Has asked for none yet of the utterance that begins at sample `start`.
 *
 * @param submit hands in a job of the audio up to sample `end`
 * @param onResult called with the result of such a job
 */
export function createPartialJobs(
  start: number,
  submit: (end: number, owner: HypothesisOwner) => SubmittedJob,
  onResult: (result: RecognitionResult, end: number) => void,
): PartialJobs {
  /** Samples that the latest partial hypothesis covers. */
  let covered = start + FIRST_PARTIAL - PARTIAL_STEP;
  let latest: SubmittedJob | undefined;
  return {
    listen(end) {
      // A partial that still waits for a worker is replaced by one of newer audio.
      if (latest?.started || end - covered < PARTIAL_STEP) return;
      covered = end;
      latest = submit(end, {
        onLost() {
          latest = undefined;
        },
        onResult(result) {
          latest = undefined;
          onResult(result, end);
        },
      });
    },
    cancel() {
      latest?.cancel();
      latest = undefined;
    },
  };
}

/** New audio that each partial hypothesis needs, samples: 0.2 s (bench `latency`). */
const PARTIAL_STEP = 3_200;

/** Audio that the first partial hypothesis needs, samples: the pre-roll and a short word. */
const FIRST_PARTIAL = 9_600;
