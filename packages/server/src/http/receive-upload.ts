import type { MultipartFile } from '@fastify/multipart';
import { allowedValues, recordingSettings, type RecordingSettings } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recordingErrorOf, RequestError } from '../errors.js';
import { NO_TERMS, type KeyTermsReading, type SentKeyTerms } from '../reading/client-text.js';
import { createSealedFile, type SealedFile } from '../storage/sealed-file.js';
import type { Place } from '../transcriptions/transcriptions.js';
import { BoundedRequest } from './bound-parsing.js';
import { formField } from './form-field.js';

/** The fields of the form besides the file, as they are written in a form. */
export const uploadFields: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(
    Object.entries(recordingSettings.shape).map(([name, value]) => [name, formField(value)]),
  ),
  keyterms: z.string().optional().meta({
    description:
      'Words and phrases that are likely to be said, as a JSON list: each is a text, or an object with `text`, `weight` and `soundsLike`; see `keyterms` of `configure` in docs/protocol.md.',
  }),
};

/** A recording that was received completely, and what to do with it. */
export interface Upload {
  /** The caller removes it. */
  readonly file: SealedFile;
  readonly asked: Partial<RecordingSettings>;
  readonly keyTerms: SentKeyTerms;
}

/** The limits of an upload. */
export interface UploadLimits {
  readonly directory: string;
  /** Bytes of the file. */
  readonly maxBytes: number;
  /** How long an upload may bring nothing, or next to nothing, seconds. */
  readonly idleSeconds: number;
  /** Ends an upload that is under way. */
  readonly signal: AbortSignal;
  /** Reads the key terms of the form. */
  readonly readKeyTerms: (text: string) => KeyTermsReading | Promise<KeyTermsReading>;
  /** The place that the upload holds, which may be given to somebody else while the upload is slow. */
  readonly place: Pick<Place, 'taken' | 'received'>;
}

/** The most bytes of a field: 5,000 key terms of 100 characters and more. */
const FIELD_BYTES = 1024 ** 2;

/** Bytes of a form besides its file: boundaries, headers, key terms and short fields. */
const FORM_BYTES = FIELD_BYTES + 65_536;

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

/**
 * Streams a form to disk, encrypted. Throws a `RequestError` for anything that is wrong with it, in which case
 * nothing is left on disk.
 */
export async function receiveUpload(request: FastifyRequest, limits: UploadLimits): Promise<Upload> {
  if (!request.isMultipart()) throw new RequestError('form_expected');
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes + FORM_BYTES) throw tooLarge(limits);
  const received: Received = { values: {}, file: undefined, fileBytes: 0 };
  const watch = watchOver(request, limits, received);
  try {
    await receiveParts(request, limits, received, watch);
    if (received.file === undefined) throw new RequestError('invalid_request', ONE_FILE);
    const { keyterms, ...asked } = received.values;
    return {
      file: received.file,
      asked,
      keyTerms: keyterms === undefined ? NO_TERMS : await keyTermsIn(keyterms, limits),
    };
  } catch (error) {
    await received.file?.remove();
    throw watch.reason() ?? uploadErrorOf(error, limits);
  } finally {
    watch.end();
  }
}

async function keyTermsIn(text: string, { readKeyTerms }: UploadLimits): Promise<SentKeyTerms> {
  const reading = await readKeyTerms(text);
  if (reading.ok) return reading.terms;
  throw new RequestError('invalid_request', reading.details);
}

/** The parts of a form that have come so far. */
interface Received {
  values: Readonly<Record<string, unknown>> & Partial<RecordingSettings> & { readonly keyterms?: string };
  file: SealedFile | undefined;
  fileBytes: number;
}

const ONE_FILE = { field: 'file', limit: 'one file' } as const;
const FIELDS = { limit: `the fields file, ${Object.keys(uploadFields).join(', ')}` } as const;

async function receiveParts(
  request: FastifyRequest,
  limits: UploadLimits,
  received: Received,
  watch: Watch,
): Promise<void> {
  const fields = Object.keys(uploadFields).length;
  const parts = request.parts({
    limits: { files: 1, fields, parts: fields + 1, fileSize: limits.maxBytes, fieldSize: FIELD_BYTES },
  });
  for await (const part of untilStopped(parts, watch)) {
    if (part.type === 'file') {
      watch.reading(part.file);
      if (part.fieldname !== ONE_FILE.field) throw new RequestError('invalid_request', ONE_FILE);
      received.file = await createSealedFile(limits.directory).catch(failOnDisk);
      await store(part, received.file, limits, (bytes) => (received.fileBytes += bytes));
      watch.reading(undefined);
    } else {
      const name = fieldNamed(part.fieldname);
      if (Object.hasOwn(received.values, name))
        throw new RequestError('invalid_request', { field: name, limit: 'one value' });
      if (part.valueTruncated)
        throw new RequestError('invalid_request', { field: name, limit: `at most ${FIELD_BYTES} bytes` });
      received.values = { ...received.values, [name]: valueOf(name, part.value) };
    }
  }
}

/** The parts as they come; throws the reason where the upload is ended while the next is awaited. */
async function* untilStopped<Part>(parts: AsyncIterable<Part>, { stopped }: Watch): AsyncGenerator<Part> {
  const iterator = parts[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped]);
    if (next.done === true) return;
    yield next.value;
  }
}

async function store(
  { file }: MultipartFile,
  sealed: SealedFile,
  limits: UploadLimits,
  onBytes: (bytes: number) => void,
): Promise<void> {
  // By itself, the parser would read an endless upload to its end and discard it.
  file.once('limit', () => file.destroy(tooLarge(limits)));
  for await (const chunk of file as AsyncIterable<Buffer>) {
    limits.place.received(chunk.length);
    onBytes(chunk.length);
    await sealed.append(chunk).catch(failOnDisk);
  }
  await sealed.finish().catch(failOnDisk);
}

function fieldNamed(name: string): string {
  if (name === ONE_FILE.field) throw new RequestError('invalid_request', ONE_FILE);
  if (Object.hasOwn(uploadFields, name)) return name;
  throw new RequestError('invalid_request', FIELDS);
}

function valueOf(name: string, value: unknown): unknown {
  const field = uploadFields[name] ?? z.never();
  const parsed = field.safeParse(value);
  if (parsed.data !== undefined) return parsed.data;
  const limit = allowedValues(z.toJSONSchema(field, { io: 'input' }));
  throw new RequestError('invalid_request', { field: name, limit });
}

/** Watches an upload for silence, for bytes that are of no use, and for the shutdown of the server. */
interface Watch {
  /** Rejects with the reason when the upload is ended. */
  readonly stopped: Promise<never>;
  /** Sets the file that is being read, which is then ended with the reason. */
  readonly reading: (file: MultipartFile['file'] | undefined) => void;
  /** Why the upload was ended, if it was ended here. */
  readonly reason: () => RequestError | undefined;
  readonly end: () => void;
}

function watchOver(
  { raw }: FastifyRequest,
  { idleSeconds, signal, place }: UploadLimits,
  received: Pick<Received, 'fileBytes'>,
): Watch {
  let reading: MultipartFile['file'] | undefined;
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
    if (bodyBytesOf(raw) - received.fileBytes > FORM_BYTES + UNDER_WAY_BYTES) stop(TOO_MUCH_BESIDE);
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

const TOO_MUCH_BESIDE = new RequestError('upload_too_large', {
  limit: `at most ${FORM_BYTES} bytes beside the file`,
});

function bodyBytesOf(raw: FastifyRequest['raw']): number {
  return raw instanceof BoundedRequest ? raw.bodyBytes : 0;
}

function failOnDisk(cause: unknown): never {
  throw new RequestError(recordingErrorOf(cause), {}, undefined, { cause });
}

function tooLarge({ maxBytes }: UploadLimits): RequestError {
  return new RequestError('upload_too_large', { field: 'file', limit: `at most ${maxBytes} bytes` });
}

/** Errors of the form parser have a code; those of the connection or of a broken form have none. */
function uploadErrorOf(error: unknown, limits: UploadLimits): RequestError {
  if (error instanceof RequestError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'FST_REQ_FILE_TOO_LARGE':
      return tooLarge(limits);
    case 'FST_FILES_LIMIT':
      return new RequestError('invalid_request', ONE_FILE);
    case 'FST_PARTS_LIMIT':
    case 'FST_FIELDS_LIMIT':
    case 'FST_PROTO_VIOLATION':
    case 'FST_INVALID_JSON_FIELD_ERROR':
      return new RequestError('invalid_request', FIELDS);
    default:
      return new RequestError('broken_upload');
  }
}
