import type { WaitingFrame } from './waiting-frames.js';

/** Runs of the network that are not over, and the shares whose frames they hold. */
export interface RunsInProgress {
  readonly count: number;
  /** Whether one of them holds a frame of the share. */
  readonly holds: (share: string) => boolean;
  readonly begin: (frames: readonly WaitingFrame[]) => void;
  /** The run of these frames is over. */
  readonly end: (frames: readonly WaitingFrame[]) => void;
}

/** None has begun. */
export function createRunsInProgress(): RunsInProgress {
  const framesByShare = new Map<string, number>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    holds: (share) => framesByShare.has(share),
    begin(frames) {
      count++;
      for (const { share } of frames) framesByShare.set(share, (framesByShare.get(share) ?? 0) + 1);
    },
    end(frames) {
      count--;
      for (const { share } of frames) {
        const left = (framesByShare.get(share) ?? 0) - 1;
        if (left > 0) framesByShare.set(share, left);
        else framesByShare.delete(share);
      }
    },
  };
}
