/** A frame of one channel that waits to be heard. */
export interface WaitingFrame {
  /** Whose frame it is. */
  readonly share: string;
  /** Whether it should not wait for frames of other channels. */
  readonly behind: boolean;
}

/** Frames that wait, in the order that they came, of several shares. */
export interface WaitingFrames<Frame extends WaitingFrame> {
  readonly count: number;
  /** How many of them are behind. */
  readonly countBehind: number;
  readonly add: (frame: Frame) => void;
  /** Takes one frame of each share in turn, so that a share with many channels holds up no other. */
  readonly take: (most: number) => readonly Frame[];
}

/** None waits yet. */
export function createWaitingFrames<Frame extends WaitingFrame>(): WaitingFrames<Frame> {
  const byShare = new Map<string, Frame[]>();
  let count = 0;
  let countBehind = 0;
  return {
    get count() {
      return count;
    },
    get countBehind() {
      return countBehind;
    },
    add(frame) {
      const own = byShare.get(frame.share) ?? [];
      byShare.set(frame.share, own);
      own.push(frame);
      count++;
      if (frame.behind) countBehind++;
    },
    take(most) {
      const taken: Frame[] = [];
      while (count > 0 && taken.length < most) {
        for (const [share, own] of [...byShare].slice(0, most - taken.length)) {
          const frame = own.shift();
          if (!frame) continue;
          taken.push(frame);
          count--;
          if (frame.behind) countBehind--;
          // It goes behind all others, in the next round or the next run.
          byShare.delete(share);
          if (own.length > 0) byShare.set(share, own);
        }
      }
      return taken;
    },
  };
}
