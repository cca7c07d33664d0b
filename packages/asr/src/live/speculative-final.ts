import type { SubmittedJob } from '../inference/inference-pool.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { HypothesisOwner } from './utterance-jobs.js';

/** The final of an utterance, decoded during a pause that may turn out to end it. */
export interface SpeculativeFinal {
  /** The sample up to which it was heard. */
  readonly end: number;
  /** Gives its result, now that the utterance has ended there and somebody waits for it; none if it was lost. */
  claim(): Promise<RecognitionResult | undefined>;
  /** Gives it up. */
  drop(): void;
}

/**
 * Starts to decode a final before it is known that the utterance has ended.
 *
 * @param submit hands the job in
 * @param onResult called once there is a result, claimed or not
 */
export function decodeAhead(
  end: number,
  submit: (owner: HypothesisOwner) => SubmittedJob,
  onResult: (result: RecognitionResult) => void,
): SpeculativeFinal {
  let settle: (outcome: RecognitionResult | undefined) => void = () => undefined;
  const outcome = new Promise<RecognitionResult | undefined>((resolve) => {
    settle = resolve;
  });
  const job = submit({
    onResult(result) {
      settle(result);
      onResult(result);
    },
    onLost() {
      settle(undefined);
    },
  });
  return {
    end,
    claim() {
      job.promote();
      return outcome;
    },
    drop() {
      job.cancel();
    },
  };
}
