import { type FfmpegProcess, FfmpegMissingError } from '../containers/ffmpeg-job.js';
import { startFfmpeg } from '../containers/ffmpeg-process.js';
import { yieldToOthers } from './confinement.js';
import type { FfmpegQuestion } from './message-schemas.js';

/**
 * The programs of ffmpeg that run for a decoder. An unknown number, or more programs than tracks need, throws a
 * `RangeError`.
 */
export interface RequestedPrograms {
  /** Starts a program; tells whether it is installed. */
  start(question: FfmpegQuestion): Promise<boolean>;
  /** Gives it bytes, none for their end. Resolves when it wants more, with whether it still reads. */
  feed(process: number, bytes: Uint8Array): Promise<boolean>;
  /** The next bytes that it wrote; none at the end. */
  take(process: number): Promise<Uint8Array>;
  ended(process: number): FfmpegProcess['ended'];
  kill(process: number): void;
  killAll(): void;
  /** Process ids of those that run. */
  pids(): readonly number[];
  /** How many have been started. */
  started(): number;
}

/** The most programs at a time: one for each of eight tracks, and the one that looks for them. */
const MOST_PROGRAMS = 9;

interface Running {
  readonly process: FfmpegProcess;
  readonly input: Feed;
  readonly output: AsyncIterator<Uint8Array>;
}

/** Starts without programs. */
export function createRequestedPrograms(): RequestedPrograms {
  const running = new Map<number, Running>();
  const over = new Map<number, FfmpegProcess['ended']>();
  let started = 0;
  let isClosed = false;

  const find = (number: number): Running => {
    const found = running.get(number);
    if (found === undefined) throw new RangeError('no such program');
    return found;
  };
  const forget = (number: number): void => {
    const { process, input } = find(number);
    process.kill();
    input.close();
    running.delete(number);
    over.set(number, process.ended);
  };

  return {
    async start({ process: number, job }) {
      if (number !== started || running.size >= MOST_PROGRAMS) throw new RangeError('too many programs');
      started += 1;
      const input = createFeed();
      try {
        const process = await startFfmpeg(job, { type: 'stream', bytes: () => input.pieces() });
        yieldToOthers(process.pid);
        if (isClosed) process.kill();
        running.set(number, { process, input, output: process.output[Symbol.asyncIterator]() });
        return true;
      } catch (error) {
        if (error instanceof FfmpegMissingError) return false;
        throw error;
      }
    },
    feed: (number, bytes) => (over.has(number) ? Promise.resolve(false) : find(number).input.give(bytes)),
    async take(number) {
      if (over.has(number)) return new Uint8Array(0);
      const next = await find(number)
        .output.next()
        // The program was ended while somebody waited for its output.
        .catch(() => ({ done: true }) as const);
      return next.done === true ? new Uint8Array(0) : next.value;
    },
    ended: (number) => over.get(number) ?? find(number).process.ended,
    kill(number) {
      if (!over.has(number)) forget(number);
    },
    killAll() {
      isClosed = true;
      for (const number of [...running.keys()]) forget(number);
    },
    pids: () => [...running.values()].flatMap(({ process: { pid } }) => (pid === undefined ? [] : [pid])),
    started: () => started,
  };
}

/** A stream of bytes that is given piece by piece. */
interface Feed {
  pieces(): AsyncIterable<Uint8Array>;
  give(bytes: Uint8Array): Promise<boolean>;
  close(): void;
}

function createFeed(): Feed {
  let given: { readonly bytes: Uint8Array; readonly taken: (isHeard: boolean) => void } | undefined;
  let wake: (() => void) | undefined;
  let isOver = false;
  const close = (): void => {
    isOver = true;
    given?.taken(false);
    given = undefined;
    wake?.();
  };
  return {
    async *pieces() {
      try {
        for (;;) {
          if (given === undefined && !isOver) await new Promise<void>((resolve) => (wake = resolve));
          const piece = given;
          if (piece === undefined) return;
          if (piece.bytes.length === 0) return;
          yield piece.bytes;
          given = undefined;
          piece.taken(true);
        }
      } finally {
        close();
      }
    },
    give: (bytes) =>
      new Promise((taken) => {
        if (isOver || given !== undefined) {
          taken(false);
          return;
        }
        given = { bytes, taken };
        wake?.();
      }),
    close,
  };
}
