import type { Problem, Segment, TranscriberState } from '@auscult/client';
import type { Warning } from './describe-warning.js';

/** What the page shows of a recording. */
export interface RecordingState {
  readonly transcriber: TranscriberState;
  readonly muted: boolean;
  /** Audio taken since the transcript began, seconds. */
  readonly elapsedSeconds: number;
  /** The partials that are being said, by channel. */
  readonly partials: readonly (Segment | undefined)[];
  /** Why words that were shown are gone, by channel, until other words are shown. */
  readonly dropped: readonly (string | undefined)[];
  /** The last problem, until it is dismissed. */
  readonly problem: Problem | undefined;
  /** Warnings, until they are dismissed. Each code appears once. */
  readonly warnings: readonly Warning[];
  /** Whether nothing at all was heard for a while. */
  readonly silent: boolean;
}

/** How loud each channel is, 0 to 1. */
export type Levels = readonly { readonly rms: number; readonly peak: number }[];

/** Before the first start. */
export const NOT_STARTED: RecordingState = {
  transcriber: { kind: 'idle' },
  muted: false,
  elapsedSeconds: 0,
  partials: [],
  dropped: [],
  problem: undefined,
  warnings: [],
  silent: false,
};

/** Whether audio is being taken, or will be again without a new start. */
export function isUnderWay({ kind }: TranscriberState): boolean {
  return kind !== 'idle' && kind !== 'stopped' && kind !== 'failed';
}
