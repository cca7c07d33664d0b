import type { SubmittedJob } from '../inference/inference-pool.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { HypothesisOwner } from './utterance-jobs.js';

/** The final of an utterance, decoded during a pause that may turn out to end it. */
export interface SpeculativeFinal {
  /** The sample up to which it was heard. */
  readonly end: number;
  /** Gives its result, now that the utterance has ended there and somebody waits for it; none if it was lost. */
  claim(): Promise<RecognitionResult | undefined>;
  /**
   * Gives the result of a second hearing in another context, once the first was claimed; none if there is no second, or
   * if it takes too long for somebody who waits.
   */
  claimSecond(): Promise<RecognitionResult | undefined>;
  /** Gives it up. */
  drop(): void;
}

/** Hands in a job, whose owner is told its result. */
type Submit = (owner: HypothesisOwner) => SubmittedJob;

/** How a final is decoded before it is known that its utterance has ended. */
export interface DecodingAhead {
  /** Hands in the job. */
  readonly submit: Submit;
  /** Whether a process is free for a second hearing of the same audio, once the job was handed in. */
  readonly mayHearTwice: () => boolean;
  /** Hands in the second hearing. */
  readonly submitSecond: Submit;
  /** Called once there is a result, claimed or not. Tells whether a second hearing may find anything better. */
  readonly onResult: (result: RecognitionResult) => 'sure' | 'unsure';
}

/** Starts to decode a final. */
export function decodeAhead(
  end: number,
  { submit, mayHearTwice, submitSecond, onResult }: DecodingAhead,
): SpeculativeFinal {
  const first = waitFor(submit, (result) => {
    if (onResult(result) === 'sure') second?.drop();
  });
  const second = mayHearTwice() ? waitFor(submitSecond) : undefined;
  return {
    end,
    claim() {
      first.job.promote();
      return first.outcome;
    },
    claimSecond: () => second?.within(LONGEST_WAIT_MS) ?? Promise.resolve(undefined),
    drop() {
      first.drop();
      second?.drop();
    },
  };
}

/**
 * How long a final waits for its second hearing, milliseconds. Both begin in the same pause. Not tuned: where a
 * final takes half a second of a core, most second hearings come too late.
 */
const LONGEST_WAIT_MS = 200;

interface Awaited {
  readonly job: SubmittedJob;
  readonly outcome: Promise<RecognitionResult | undefined>;
  /** Its result if it comes in time; the job is dropped otherwise. */
  within(milliseconds: number): Promise<RecognitionResult | undefined>;
  drop(): void;
}

function waitFor(submit: Submit, onResult: (result: RecognitionResult) => void = () => undefined): Awaited {
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
  const drop = () => {
    job.cancel();
    settle(undefined);
  };
  return {
    job,
    outcome,
    within(milliseconds) {
      const timer = setTimeout(drop, milliseconds);
      return outcome.finally(() => {
        clearTimeout(timer);
      });
    },
    drop,
  };
}
