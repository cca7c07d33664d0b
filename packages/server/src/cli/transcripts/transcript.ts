import type { FinalHypothesis } from '@auscult/asr';

/** What was heard in one recording. */
export interface Transcript {
  /** The path as given, or `-` for standard input. */
  readonly file: string;
  /** Seconds. */
  readonly duration: number;
  readonly segments: readonly FinalHypothesis[];
}
