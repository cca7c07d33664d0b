import type { InferenceSession } from '@auscult/onnxruntime';
import { hearFrames, type HeardChannel } from './hear-frames.js';
import { createRunsInProgress } from './runs-in-progress.js';
import { createWaitingFrames, type WaitingFrame } from './waiting-frames.js';

/** A frame of a channel that waits for its probability. */
interface UnheardFrame extends WaitingFrame, HeardChannel {
  readonly resolve: (probability: number) => void;
  readonly reject: (reason: unknown) => void;
}

/** Has the frames of all channels heard. */
export interface SharedRuns {
  readonly hear: (frame: UnheardFrame) => void;
  /** There is one channel more that frames are awaited of. */
  readonly join: () => void;
  /** There is one less, of this share. */
  readonly leave: (share: string) => void;
}

/**
 * Hears the frames of all channels that arrive within a few milliseconds in one run, since a run spends most of its
 * time on starting. The more channels there are, the longer a frame waits for others; with a single channel it does
 * not wait. Shares take turns, and none waits for the runs of another.
 */
export function createSharedRuns(session: InferenceSession): SharedRuns {
  const waiting = createWaitingFrames<UnheardFrame>();
  const runs = createRunsInProgress();
  let channels = 0;
  let lastRun = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  const schedule = (share = '') => {
    if (waiting.count === 0 || (runs.count >= MOST_RUNS && runs.holds(share))) return;
    const wait = lastRun + Math.min(LONGEST_WAIT_MS, channels) - performance.now();
    const all = Math.min(channels, MOST_TOGETHER);
    if (waiting.countBehind > 0 || waiting.count >= all || wait <= 0) run();
    else timer ??= setTimeout(run, wait);
  };

  const run = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.count === 0) return;
    lastRun = performance.now();
    const frames = waiting.take(MOST_TOGETHER);
    runs.begin(frames);
    void hearAll(session, frames).finally(() =>
      // In between, the channels just heard bring their next frames.
      setImmediate(() => {
        runs.end(frames);
        schedule();
      }),
    );
  };

  return {
    hear(frame) {
      waiting.add(frame);
      schedule(frame.share);
    },
    join() {
      channels++;
    },
    leave(share) {
      channels--;
      schedule(share);
    },
  };
}

/** Tells each frame its probability, or all of them why there is none. */
async function hearAll(session: InferenceSession, frames: readonly UnheardFrame[]): Promise<void> {
  try {
    const probabilities = await hearFrames(session, frames);
    for (const [row, { resolve }] of frames.entries()) resolve(probabilities[row] as number);
  } catch (error) {
    for (const { reject } of frames) reject(error);
  }
}

/** Frames heard in one run: 32 together take as long as 6 one by one, and hold the event loop for 1.1 ms. */
const MOST_TOGETHER = 32;

/** Runs in progress at a time while all frames are of the same share: sockets get their turn between runs. */
const MOST_RUNS = 4;

/** Frames wait this long for others, milliseconds: half the length of a frame. */
const LONGEST_WAIT_MS = 16;
