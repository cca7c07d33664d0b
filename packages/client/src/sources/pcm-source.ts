import { misused } from '../problem.js';
import type { AudioSource, SourceListener } from './audio-source.js';

interface PcmSourceOptions extends SourceListener {
  readonly chunks: AsyncIterable<Float32Array | Int16Array>;
  readonly sampleRate: number;
  readonly channels: number;
  /** Resolves when more may be taken. */
  readonly room: () => Promise<void>;
  readonly onFailed: (error: unknown) => void;
}

/** Audio is passed on in pieces of this length, seconds, each of which gives a meter one value. */
const PIECE_SECONDS = 0.05;
/** How long to work without a break, milliseconds. */
const LONGEST_TASK_MS = 8;

/**
 * Reads PCM as fast as there is room for it. `stop` reads it to its end, unless it is paused, in which case the rest
 * stays unread. A source that fails is over.
 */
export function createPcmSource(options: PcmSourceOptions): AudioSource {
  let isClosed = false;
  let isAtEnd = false;
  let gate = openGate();
  let reading: Promise<void> = Promise.resolve();

  async function mayGoOn(): Promise<boolean> {
    await gate.passed;
    if (!isClosed) await options.room();
    return !isClosed;
  }

  const close = (): void => {
    isClosed = true;
    gate.open();
  };
  return {
    start: () => {
      reading = read(options, mayGoOn).finally(() => (isAtEnd = true));
      return Promise.resolve();
    },
    pause: () => {
      if (!gate.isOpen()) return;
      gate = closedGate();
    },
    resume: () => {
      gate.open();
    },
    hasMore: () => gate.isOpen() && !isAtEnd,
    stop: async () => {
      if (gate.isOpen()) await reading;
      else close();
    },
    close,
    useMicrophone: () =>
      Promise.reject(
        misused('This transcriber reads PCM. Start another without a source to use a microphone.'),
      ),
  };
}

/** Passes on chunks, piece by piece, to their end or until `mayGoOn` says no. */
async function read(
  { chunks, sampleRate, channels, onAudio, onFailed }: PcmSourceOptions,
  mayGoOn: () => Promise<boolean>,
): Promise<void> {
  const cutter = createCutter(Math.max(1, Math.round(sampleRate * PIECE_SECONDS)), channels);
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let breakAt = performance.now() + LONGEST_TASK_MS;
    while (await mayGoOn()) {
      const next = await iterator.next();
      if (next.done) return;
      for (const piece of cutter(next.value)) {
        if (!(await mayGoOn())) break;
        onAudio(piece, sampleRate);
        if (performance.now() < breakAt) continue;
        await new Promise((resolve) => setTimeout(resolve));
        breakAt = performance.now() + LONGEST_TASK_MS;
      }
    }
  } catch (error) {
    onFailed(error);
    return;
  }
  // Nobody waits for the cleanup of a source that others made.
  Promise.resolve(iterator.return?.()).catch(() => undefined);
}

/** Something that can be waited at until it is opened. */
interface Gate {
  readonly passed: Promise<void>;
  readonly isOpen: () => boolean;
  readonly open: () => void;
}

function closedGate(): Gate {
  let isOpen = false;
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = () => {
      isOpen = true;
      resolve();
    };
  });
  return {
    passed,
    isOpen: () => isOpen,
    open: () => {
      open();
    },
  };
}

function openGate(): Gate {
  const gate = closedGate();
  gate.open();
  return gate;
}

/** Cuts chunks into pieces of at most `length` samples of each channel, as floats. Half a sample waits for its rest. */
function createCutter(
  length: number,
  channels: number,
): (chunk: Float32Array | Int16Array) => Generator<readonly Float32Array[]> {
  let rest = new Float32Array();
  return function* (chunk) {
    const scale = chunk instanceof Int16Array ? 1 / 32_768 : 1;
    const whole = chunk.length + rest.length;
    const usable = whole - (whole % channels);
    const at = (index: number): number =>
      index < rest.length ? (rest[index] as number) : (chunk[index - rest.length] as number) * scale;
    for (let from = 0; from < usable; from += length * channels) {
      const frames = Math.min(length, (usable - from) / channels);
      yield Array.from({ length: channels }, (_, channel) =>
        Float32Array.from({ length: frames }, (_unused, frame) => at(from + frame * channels + channel)),
      );
    }
    rest = Float32Array.from({ length: whole - usable }, (_, index) => at(usable + index));
  };
}
