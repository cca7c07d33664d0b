import type { Share } from '../inference/inference-pool.js';
import { superviseVoiceProcess, type VoiceProcess } from './process/voice-process.js';
import type { VoiceEncoderChoice } from './voice-encoder.js';
import type { VoicesEvent, VoicesStatus, WindowOutcome } from './voices-status.js';
import { createWaitingWindows, type WaitingWindow, type WaitingWindows } from './waiting-windows.js';

/** Embeds windows of speech, by which speakers are told apart, in a process of its own. */
export interface Voices {
  /** Starts the process, so that it is there when the first window comes. */
  prepare(): void;
  /**
   * The embedding of a window of 0.2 to 1.6 s at 16 kHz, centred on the mean voice and of unit length, or undefined if there
   * is none in time. Never throws, and answers within 10 s unless the window is `background`. `audio` must stay unchanged
   * until then.
   */
  embed(audio: Int16Array, options: EmbedOptions): Promise<Float32Array | undefined>;
  status(): VoicesStatus;
  /** Ends the process; windows that wait are answered without an embedding. */
  close(): Promise<void>;
}

/** Whose window it is, and how urgent. */
export interface EmbedOptions {
  readonly stream: string;
  /** The share that it counts against: shares, and streams in a share, take turns. */
  readonly share: Share;
  /** Whether all windows of live speech go first; it may then wait for a minute. */
  readonly background?: boolean;
  /**
   * How long it may wait for others to come, milliseconds; 0 by default. Of four windows that are embedded together,
   * each costs two thirds. Those that wait go along with the first that does not.
   */
  readonly patienceMs?: number;
}

/** What the process may do, and who hears of it. */
export interface VoicesOptions {
  /** The one that ships by default. */
  readonly encoder?: VoiceEncoderChoice;
  /** A process that has not answered for this long is taken for hung and replaced, seconds. */
  readonly timeoutSeconds: number;
  readonly onEvent?: ((event: VoicesEvent) => void) | undefined;
}

/** Starts no process before it is asked for the first time. */
export function createVoices({
  encoder = { kind: 'ge2e' },
  timeoutSeconds,
  onEvent = () => undefined,
}: VoicesOptions): Voices {
  const counts = { embedded: 0, shed: 0, lost: 0 };
  const live = createWaitingWindows<Window>(MOST_WAITING);
  const background = createWaitingWindows<Window>(MOST_WAITING);
  const alarm = createAlarm(() => {
    work();
  });
  let process: VoiceProcess | undefined;
  let isClosed = false;

  const start = () => {
    process ??= superviseVoiceProcess(encoder, timeoutSeconds, { onRoom: work, onEvent });
  };

  const work = () => {
    if (!process?.hasRoom) return;
    const due = Math.min(live.firstDue, background.firstDue);
    if (live.count + background.count < MOST_TOGETHER && due > performance.now()) {
      alarm.set(due);
      return;
    }
    const batch = takeBatch(live, background);
    const audio = batch.map((window) => window.audio);
    process.embed(audio, (embeddings) => {
      for (const [row, window] of batch.entries()) {
        window.queue.done(window);
        window.settle(embeddings?.[row] ?? 'lost');
      }
    });
  };

  const count = (outcome: WindowOutcome) => {
    counts[outcome]++;
    onEvent({ kind: 'voice-window', outcome });
  };

  return {
    prepare() {
      if (!isClosed) start();
    },
    embed(audio, { stream, share, background: canWait = false, patienceMs = 0 }) {
      if (isClosed) return Promise.resolve(undefined);
      start();
      return new Promise((resolve) => {
        const queue = canWait ? background : live;
        const window = expiring(canWait ? LONGEST_WAIT_MS.background : LONGEST_WAIT_MS.live, {
          audio: audio.subarray(0, LONGEST_SAMPLES),
          path: [...share, stream],
          due: performance.now() + patienceMs,
          queue,
          onSettled(result) {
            count(typeof result === 'string' ? result : 'embedded');
            resolve(typeof result === 'string' ? undefined : result);
          },
        });
        queue.add(window)?.settle('shed');
        work();
      });
    },
    status: () => ({
      ...(process && { process: process.status() }),
      waiting: live.count + background.count,
      windows: { ...counts },
    }),
    async close() {
      isClosed = true;
      alarm.set(Infinity);
      await process?.close();
      for (const queue of [live, background]) {
        for (const window of queue.take(queue.count)) window.settle('lost');
      }
    },
  };
}

/** Calls `onDue` at a time by the clock of `performance`, unless another is set before; never if that is infinite. */
function createAlarm(onDue: () => void): { readonly set: (due: number) => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(due) {
      clearTimeout(timer);
      // A timer may be early by less than a millisecond.
      if (due < Infinity) timer = setTimeout(onDue, Math.ceil(due - performance.now()) + 1);
    },
  };
}

/** A window, and who waits for it. */
interface Window extends WaitingWindow {
  readonly audio: Int16Array;
  readonly queue: WaitingWindows<Window>;
  /** Tells its embedding, or why there is none, unless that was told before. */
  readonly settle: (result: WindowResult) => void;
}

type WindowResult = Float32Array | Exclude<WindowOutcome, 'embedded'>;

/** A window that is shed when it has waited for long, whether or not the process has it. */
function expiring(
  longestMs: number,
  window: Omit<Window, 'settle'> & { readonly onSettled: (result: WindowResult) => void },
): Window {
  let isSettled = false;
  const own: Window = {
    ...window,
    settle(result) {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      window.onSettled(result);
    },
  };
  const timer = setTimeout(() => {
    window.queue.remove(own);
    own.settle('shed');
  }, longestMs);
  return own;
}

/** The windows of the next run, those of live speech first. */
function takeBatch(live: WaitingWindows<Window>, background: WaitingWindows<Window>): readonly Window[] {
  const first = live.take(MOST_TOGETHER);
  return [...first, ...background.take(MOST_TOGETHER - first.length)];
}

/** Windows of one message: the network hears as many in one run. */
const MOST_TOGETHER = 8;

/** Windows that wait, of live speech and besides: of 48 kB each, and more than are embedded in the longest wait. */
const MOST_WAITING = 256;

/**
 * A window that comes after its final still revises labels, and the process needs seconds to start on a busy machine; but labels
 * later than that are not worth their cost. A recording's own process would have hung.
 */
const LONGEST_WAIT_MS = { live: 10_000, background: 60_000 } as const;

/** 1.6 s: the encoder hears no more of a window. */
const LONGEST_SAMPLES = 25_600;
