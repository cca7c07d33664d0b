import type { Problem, Segment, TranscriberState } from '@auscult/client';
import type { Warning } from './describe-warning.js';

/** What the page shows of a recording. */
export interface RecordingState {
  readonly transcriber: TranscriberState;
  readonly muted: boolean;
  /** Audio taken since the transcript began, seconds. */
  readonly elapsedSeconds: number;
  /** What is being said, by channel. */
  readonly partials: readonly (Segment | undefined)[];
  /** Why words that were being shown are gone, by channel, until others are. */
  readonly dropped: readonly (string | undefined)[];
  /** The last thing that went wrong, until it is put aside. */
  readonly problem: Problem | undefined;
  /** What is not as asked for, until it is put aside. Each code comes once. */
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
