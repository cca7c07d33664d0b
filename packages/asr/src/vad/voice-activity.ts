import { createRequire } from 'node:module';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { openGraph } from '../decoding/open-graph.js';

/** Samples that one probability covers: 32 ms at 16 kHz. */
export const VAD_FRAME_SAMPLES = 512;

/** Follows the voice in one channel. */
export interface VoiceActivity {
  /**
   * Probability of speech, 0 to 1, in the next `VAD_FRAME_SAMPLES` samples at 16 kHz within ±1. The frame must stay
   * unchanged until the probability is there, and only then may the next come. `behind`: whether more of the
   * channel's audio has arrived already, so that its frames should not wait for those of others.
   */
  probability(frame: Float32Array, behind?: boolean): Promise<number>;
  /** The channel has ended. */
  close(): void;
}

/**
 * Loads the Silero network once per process, and resolves with a function that makes followers, of 5 kB each.
 * Followers with the same `share` name divide the time of that share among themselves.
 */
export function loadVoiceActivity(): Promise<(share?: string) => VoiceActivity> {
  loading ??= openGraph(weightsPath()).then(createVoiceActivities);
  return loading;
}

let loading: Promise<(share?: string) => VoiceActivity> | undefined;

/** The network hears the last samples of the frame before again (as in Silero's own code). */
const CARRIED_SAMPLES = 64;

const WINDOW_SAMPLES = CARRIED_SAMPLES + VAD_FRAME_SAMPLES;

/** The network has two states of this size. */
const STATE_SIZE = 128;

/** Frames heard in one run: 16 together take as long as 5 one by one, and hold the event loop for 1.4 ms. */
const MOST_TOGETHER = 16;

/** Runs in progress at a time while all frames are of the same share: sockets get their turn between runs. */
const MOST_RUNS = 4;

/** Frames wait this long for others, milliseconds: half the length of a frame. */
const LONGEST_WAIT_MS = 16;

const SAMPLE_RATE = new Tensor('int64', BigInt64Array.of(16_000n), []);

/** A frame that waits for its probability. */
interface Waiting {
  readonly share: string;
  readonly behind: boolean;
  readonly window: Float32Array;
  /** [2, `STATE_SIZE`], which the run replaces. */
  readonly state: Float32Array;
  readonly resolve: (probability: number) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Hears the frames of all channels that arrive within a few milliseconds in one run, since a run spends most of its
 * time on starting. The more channels there are, the longer a frame waits for others; with a single channel it does
 * not wait. Shares take turns, and none waits for the runs of another.
 */
function createVoiceActivities(session: InferenceSession): (share?: string) => VoiceActivity {
  const waiting = new Map<string, Waiting[]>();
  /** By share, the runs in progress that hold a frame of it. */
  const heard = new Map<string, number>();
  let channels = 0;
  let frames = 0;
  /** Of the waiting frames, those that should not wait for others. */
  let urgent = 0;
  let runs = 0;
  let lastRun = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  const schedule = (share = '') => {
    if (frames === 0 || (runs >= MOST_RUNS && heard.has(share))) return;
    const wait = lastRun + Math.min(LONGEST_WAIT_MS, channels) - performance.now();
    const all = Math.min(channels, MOST_TOGETHER);
    if (urgent > 0 || frames >= all || wait <= 0) run();
    else timer ??= setTimeout(run, wait);
  };

  const run = () => {
    clearTimeout(timer);
    timer = undefined;
    if (frames === 0) return;
    lastRun = performance.now();
    runs++;
    const together = take();
    for (const { share } of together) heard.set(share, (heard.get(share) ?? 0) + 1);
    hear(session, together)
      .catch((error: unknown) => {
        for (const { reject } of together) reject(error);
      })
      // In between, the channels just heard bring their next frames.
      .finally(() =>
        setImmediate(() => {
          runs--;
          for (const { share } of together) leave(share);
          schedule();
        }),
      );
  };

  /** Takes one frame of each share in turn, so that a share with many channels holds up no other. */
  const take = (): readonly Waiting[] => {
    const together: Waiting[] = [];
    while (frames > 0 && together.length < MOST_TOGETHER) {
      for (const [share, own] of [...waiting].slice(0, MOST_TOGETHER - together.length)) {
        const [frame] = own.splice(0, 1);
        if (!frame) continue;
        together.push(frame);
        frames--;
        if (frame.behind) urgent--;
        // It goes behind all others, in the next round or the next run.
        waiting.delete(share);
        if (own.length > 0) waiting.set(share, own);
      }
    }
    return together;
  };

  const leave = (share: string) => {
    const left = (heard.get(share) ?? 0) - 1;
    if (left > 0) heard.set(share, left);
    else heard.delete(share);
  };

  return (share = '') => {
    channels++;
    let open = true;
    const window = new Float32Array(WINDOW_SAMPLES);
    const state = new Float32Array(2 * STATE_SIZE);
    return {
      probability(frame, behind = false) {
        window.copyWithin(0, VAD_FRAME_SAMPLES);
        window.set(frame, CARRIED_SAMPLES);
        return new Promise((resolve, reject) => {
          const own = waiting.get(share) ?? [];
          waiting.set(share, own);
          own.push({ share, behind, window, state, resolve, reject });
          frames++;
          if (behind) urgent++;
          schedule(share);
        });
      },
      close() {
        if (!open) return;
        open = false;
        channels--;
        schedule(share);
      },
    };
  };
}

async function hear(session: InferenceSession, frames: readonly Waiting[]): Promise<void> {
  const count = frames.length;
  const input = new Float32Array(count * WINDOW_SAMPLES);
  const state = new Float32Array(2 * count * STATE_SIZE);
  for (const [row, { window, state: own }] of frames.entries()) {
    input.set(window, row * WINDOW_SAMPLES);
    for (const part of [0, 1]) {
      state.set(own.subarray(part * STATE_SIZE, (part + 1) * STATE_SIZE), (part * count + row) * STATE_SIZE);
    }
  }
  const outputs = await session.run({
    input: new Tensor('float32', input, [count, WINDOW_SAMPLES]),
    state: new Tensor('float32', state, [2, count, STATE_SIZE]),
    sr: SAMPLE_RATE,
  });
  const probabilities = outputs['output']?.data as Float32Array;
  const states = outputs['stateN']?.data as Float32Array;
  for (const [row, { state: own, resolve }] of frames.entries()) {
    for (const part of [0, 1]) {
      const from = (part * count + row) * STATE_SIZE;
      own.set(states.subarray(from, from + STATE_SIZE), part * STATE_SIZE);
    }
    resolve(probabilities[row] as number);
  }
}

function weightsPath(): string {
  return createRequire(import.meta.url).resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx');
}
