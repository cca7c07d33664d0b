import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import type { SealedFile } from '../storage/sealed-file.js';
import type { Place } from '../transcriptions/transcriptions.js';
import { BoundedRequest } from './bound-parsing.js';

/** The limits of an upload. */
export interface UploadLimits {
  /** Makes the file that the upload is written to. */
  readonly createFile: () => Promise<SealedFile>;
  /** Bytes of the file. */
  readonly maxBytes: number;
  /** How long an upload may bring nothing, or next to nothing, seconds. */
  readonly idleSeconds: number;
  /** Ends an upload that is under way. */
  readonly signal: AbortSignal;
  /** The place that the upload holds, which may be given to somebody else while the upload is slow. */
  readonly place: Pick<Place, 'taken' | 'received'>;
}

/** Watches an upload for silence, for bytes that are of no use, and for the shutdown of the server. */
export interface UploadWatch {
  /** Rejects with the reason when the upload is ended. */
  readonly stopped: Promise<never>;
  /** Sets the stream that is being read, which is then ended with the reason. */
  readonly reading: (file: Readable | undefined) => void;
  /** Why the upload was ended, if it was ended here. */
  readonly reason: () => RequestError | undefined;
  readonly end: () => void;
}

/** Bytes that belong to an upload besides its file. */
export interface BytesBeside {
  /** The most of them. */
  readonly most: number;
  /** Bytes of the file that have come so far. */
  readonly fileBytes: () => number;
}

/** Bytes of the file that are on their way between the parser and the disk. */
const UNDER_WAY_BYTES = 262_144;

/** When a client whose place was given to somebody else may try again, seconds. */
const AGAIN_SECONDS = 30;

/** An upload that brings fewer bytes than this in `idleSeconds` is only being held open. */
const LEAST_BYTES = 4096;

/**
 * An upload that is slower than this on average, after the first seconds, is only being held open too: it is a hundredth
 * of the rate of the slowest mobile network.
 */
const LEAST_RATE = { bytesPerSecond: 1024, afterSeconds: 30 } as const;
const CHECK_MS = 5000;

/** Watches the upload that a request brings until `end` is called. */
export function watchUpload(
  { raw }: FastifyRequest,
  { idleSeconds, signal, place }: Pick<UploadLimits, 'idleSeconds' | 'signal' | 'place'>,
  beside: BytesBeside,
): UploadWatch {
  let reading: Readable | undefined;
  let reason: RequestError | undefined;
  let stopWaiting: ((why: RequestError) => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stopWaiting = reject;
  });
  // Nobody waits for it while a file is read.
  stopped.catch(() => undefined);
  const stop = (why: RequestError): void => {
    reason ??= why;
    reading?.destroy(why);
    stopWaiting?.(why);
  };
  const onSilence = (): void => {
    stop(new RequestError('idle_timeout'));
  };
  const onAbort = (): void => {
    stop(new RequestError('draining'));
  };
  const onTaken = (): void => {
    stop(new RequestError('too_many_transcriptions', {}, AGAIN_SECONDS));
  };
  raw.setTimeout(idleSeconds * 1000, onSilence);
  const { socket } = raw;
  const [startedAt, atStart] = [performance.now(), socket.bytesRead];
  let before = atStart;
  const trickle = setInterval(() => {
    if (socket.bytesRead - before < LEAST_BYTES) onSilence();
    before = socket.bytesRead;
  }, idleSeconds * 1000);
  const slowness = setInterval(() => {
    const seconds = (performance.now() - startedAt) / 1000 - LEAST_RATE.afterSeconds;
    if (socket.bytesRead - atStart < LEAST_RATE.bytesPerSecond * seconds) onSilence();
    if (bodyBytesOf(raw) - beside.fileBytes() > beside.most + UNDER_WAY_BYTES)
      stop(tooMuchBeside(beside.most));
  }, CHECK_MS);
  signal.addEventListener('abort', onAbort);
  place.taken.addEventListener('abort', onTaken);
  return {
    stopped,
    reading: (file) => {
      reading = file;
    },
    reason: () => reason,
    end: () => {
      clearInterval(trickle);
      clearInterval(slowness);
      raw.off('timeout', onSilence);
      raw.setTimeout(0);
      signal.removeEventListener('abort', onAbort);
      place.taken.removeEventListener('abort', onTaken);
    },
  };
}

function tooMuchBeside(most: number): RequestError {
  return new RequestError('upload_too_large', { limit: `at most ${most} bytes beside the file` });
}

function bodyBytesOf(raw: FastifyRequest['raw']): number {
  return raw instanceof BoundedRequest ? raw.bodyBytes : 0;
}
