import type { JobTimes } from '../inference/inference-pool.js';

/** What an utterance was heard for: see `Purpose`; or alone, without context; or a second time, for a vote. */
export type HearingPurpose = 'partial' | 'ahead' | 'final' | 'alone' | 'second';

/** When an utterance was heard. */
export interface HearingTimes extends JobTimes {
  readonly purpose: HearingPurpose;
}

/** How long an utterance took. Moments are milliseconds of `performance.now()`. */
export interface UtteranceTimes {
  /** Seconds since the stream's first sample. */
  readonly start: number;
  readonly end: number;
  /** When voice activity found that it had begun. */
  readonly startedAt: number;
  /** When voice activity, or a request, ended it. */
  readonly endedAt: number;
  /** The hearings that had a result, in the order of their results; of many partials only the first. */
  readonly hearings: readonly HearingTimes[];
}
