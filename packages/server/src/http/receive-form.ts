import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { RequestError, type HttpErrorDetails } from '../errors.js';
import type { SealedFile } from '../storage/sealed-file.js';
import { createUploadFile, storeUpload, uploadTooLarge } from './store-upload.js';
import { watchUpload, type UploadLimits, type UploadWatch } from './watch-upload.js';

/** A field of a form. */
export interface FormField {
  readonly name: string;
  /** Text, unless its part says that it is JSON. */
  readonly value: unknown;
  /** Whether the value is longer than {@link FIELD_BYTES} and was cut. */
  readonly isCut: boolean;
}

/** What a form may hold besides its file. */
export interface FormShape {
  /** The most fields. */
  readonly fields: number;
  /** What is said about a form with other parts than these. */
  readonly allowed: HttpErrorDetails;
  /** Whether every part named `file` is the file, and no other part, whatever their headers say. */
  readonly fileByName?: boolean;
  /** Takes a field, in the order of the form. Throws a `RequestError` if it is not allowed. */
  readonly take: (field: FormField) => void;
}

/** The most bytes of a field: 5,000 key terms of 100 characters and more. */
export const FIELD_BYTES = 1024 ** 2;

/** Bytes of a form besides its file: boundaries, headers, key terms and short fields. */
const FORM_BYTES = FIELD_BYTES + 65_536;

/** The part that every form has to have. */
export const ONE_FILE = { field: 'file', limit: 'one file' } as const;

/**
 * Streams the file of a form to disk, encrypted; its other parts may come before or after it. Throws a `RequestError` for
 * anything that is wrong with the form, in which case nothing is left on disk.
 */
export async function receiveForm(
  request: FastifyRequest,
  limits: UploadLimits,
  shape: FormShape,
): Promise<SealedFile> {
  if (!request.isMultipart()) throw new RequestError('form_expected');
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes + FORM_BYTES)
    throw uploadTooLarge(limits);
  const received: Received = { file: undefined, fileBytes: 0 };
  const beside = { most: FORM_BYTES, fileBytes: () => received.fileBytes };
  const watch = watchUpload(request, limits, beside);
  try {
    await receiveParts(request, limits, shape, received, watch);
    if (received.file === undefined) throw new RequestError('invalid_request', ONE_FILE);
    return received.file;
  } catch (error) {
    await received.file?.remove();
    throw watch.reason() ?? formErrorOf(error, limits, shape);
  } finally {
    watch.end();
  }
}

/** The file as far as it has come. */
interface Received {
  file: SealedFile | undefined;
  fileBytes: number;
}

async function receiveParts(
  request: FastifyRequest,
  limits: UploadLimits,
  { fields, take, fileByName = false }: FormShape,
  received: Received,
  watch: UploadWatch,
): Promise<void> {
  const parts = request.parts({
    limits: { files: 1, fields, parts: fields + 1, fileSize: limits.maxBytes, fieldSize: FIELD_BYTES },
    ...(fileByName && { isPartAFile: (name: string | undefined) => name === ONE_FILE.field }),
  });
  for await (const part of untilStopped(parts, watch)) {
    if (part.type === 'file') {
      watch.reading(part.file);
      if (part.fieldname !== ONE_FILE.field) throw new RequestError('invalid_request', ONE_FILE);
      received.file = await createUploadFile(limits);
      await store(part, received.file, limits, (piece) => (received.fileBytes += piece.length));
      watch.reading(undefined);
    } else {
      take({ name: part.fieldname, value: part.value, isCut: part.valueTruncated });
    }
  }
}

/** The parts as they come; throws the reason where the upload is ended while the next is awaited. */
async function* untilStopped<Part>(
  parts: AsyncIterable<Part>,
  { stopped }: UploadWatch,
): AsyncGenerator<Part> {
  const iterator = parts[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped]);
    if (next.done === true) return;
    yield next.value;
  }
}

function store(
  { file }: MultipartFile,
  sealed: SealedFile,
  limits: UploadLimits,
  onBytes: (piece: Buffer) => void,
): Promise<void> {
  // By itself, the parser would read an endless upload to its end and discard it.
  file.once('limit', () => file.destroy(uploadTooLarge(limits)));
  return storeUpload(file, sealed, limits, onBytes);
}

/** Errors of the form parser have a code; those of the connection or of a broken form have none. */
function formErrorOf(error: unknown, limits: UploadLimits, { allowed }: FormShape): RequestError {
  if (error instanceof RequestError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'FST_REQ_FILE_TOO_LARGE':
      return uploadTooLarge(limits);
    case 'FST_FILES_LIMIT':
      return new RequestError('invalid_request', ONE_FILE);
    case 'FST_PARTS_LIMIT':
    case 'FST_FIELDS_LIMIT':
    case 'FST_PROTO_VIOLATION':
    case 'FST_INVALID_JSON_FIELD_ERROR':
      return new RequestError('invalid_request', allowed);
    default:
      return new RequestError('broken_upload');
  }
}
