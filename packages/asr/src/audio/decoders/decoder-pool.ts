import { availableParallelism } from 'node:os';
import type { Recording, RecordingOptions } from '../decode-recording.js';
import { SpeechError } from '../../speech-error.js';
import { decodeApart } from './decode-apart.js';
import { decodeStreamApart, type StreamDecoder, type StreamOptions } from './decode-stream-apart.js';
import { createMemoryBudget } from './memory-budget.js';
import type { DecoderSource } from './source-pieces.js';
import { createFairSemaphore } from './fair-semaphore.js';

/** Decodes recordings, each in a process of its own, a limited number at a time. */
export interface DecoderPool {
  /**
   * As `openRecording`, for stored recordings and streams. Waits for its turn, which ends when the recording has been
   * read to its end or closed. Also throws `recording_too_long`, `decoding_too_costly` and `decoder_failed`, each of
   * which concerns this recording only.
   */
  open(source: DecoderSource, options: DecodeOptions): Promise<Recording>;
  /**
   * Decodes what comes live in a process that it does not share. Only its start waits, for a moment, while as many others start
   * as there are processors: those who speak have a place already.
   */
  openStream(options: StreamOptions): StreamDecoder;
  /** How many processes run, and how many recordings wait for one. */
  status(): { readonly running: number; readonly waiting: number };
  /** Ends all processes, and everything that waits. */
  close(): void;
}

/** How a recording is decoded by a pool. */
export interface DecodeOptions extends RecordingOptions {
  /**
   * `look`: somebody waits to hear what it is; `read`: it is read to its end, which takes as long as its
   * transcription. Neither waits for the other.
   */
  readonly purpose: 'look' | 'read';
  /** Whose it is: places are shared evenly between these keys. */
  readonly key?: string;
  /** A longer recording is given up as soon as this much of it has been decoded, seconds. */
  readonly maxSeconds?: number;
  /** Aborted once nobody waits for the recording any more. */
  readonly signal?: AbortSignal;
}

/**
 * Private memory of all decoders together, bytes: several times what ordinary recordings take, but little enough for
 * the server and its decoders to stay within 300 MB while decompression bombs are uploaded (bench `bombs`).
 */
const MOST_BYTES = 224e6;

/** How many recordings are looked at, and read, at a time. */
export interface DecoderPoolOptions {
  readonly looks: number;
  readonly reads: number;
}

/**
 * A pool that starts a process when a recording has its turn and ends it with the recording, so that nothing of one
 * person's audio is left in memory for the next, and no idle process is kept. A process is ready within 0.2 s (bench
 * `bombs`).
 */
export function createDecoderPool({ looks, reads }: DecoderPoolOptions): DecoderPool {
  const places = { look: createFairSemaphore(looks), read: createFairSemaphore(reads) };
  const memory = createMemoryBudget(MOST_BYTES);
  // A start takes a tenth of a second of processor time, and who is speaking already should not wait for a crowd of them.
  const starts = createFairSemaphore(availableParallelism());
  // Live ones are bounded each by itself: whoever speaks must not be cut off because others speak.
  const liveMemory = createMemoryBudget(Number.POSITIVE_INFINITY);
  const running = new Set<{ close: ((reason: SpeechError) => void) | undefined }>();
  let isClosed = false;

  return {
    async open(source, { purpose, key, signal, ...options }) {
      const free = await places[purpose].take(key);
      if (isClosed || signal?.aborted === true) {
        free();
        throw closed();
      }
      const entry: { close: ((reason: SpeechError) => void) | undefined } = { close: undefined };
      running.add(entry);
      const giveUp = (): void => {
        entry.close?.(closed());
      };
      signal?.addEventListener('abort', giveUp);
      const recording = decodeApart(source, {
        ...options,
        memory,
        onStart: (close) => (entry.close = close),
        onEnd: () => {
          running.delete(entry);
          signal?.removeEventListener('abort', giveUp);
          free();
        },
      });
      return recording;
    },
    openStream(options) {
      const entry: { close: ((reason: SpeechError) => void) | undefined } = { close: undefined };
      running.add(entry);
      const decoder = decodeStreamApart(options, {
        memory: liveMemory,
        turn: () => starts.take(options.key),
        onStart: (close) => (entry.close = close),
        onEnd: () => running.delete(entry),
      });
      if (isClosed) entry.close?.(closed());
      return decoder;
    },
    status: () => {
      const [look, read] = [places.look.count(), places.read.count()];
      return { running: look.running + read.running, waiting: look.waiting + read.waiting };
    },
    close() {
      isClosed = true;
      for (const { close } of running) close?.(closed());
    },
  };
}

function closed(): SpeechError {
  return new SpeechError('closed', 'The decoders have been closed.', 'Start the server again.');
}
