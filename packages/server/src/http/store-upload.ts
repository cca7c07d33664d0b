import type { Readable } from 'node:stream';
import { recordingErrorOf, RequestError } from '../errors.js';
import type { SealedFile } from '../storage/sealed-file.js';
import type { UploadLimits } from './watch-upload.js';

/** A new file for an upload. Throws a `RequestError` if there can be none. */
export function createUploadFile({ createFile }: Pick<UploadLimits, 'createFile'>): Promise<SealedFile> {
  return createFile().catch(failOnDisk);
}

/**
 * Writes what a stream brings, and finishes the file. `onBytes` is called for each piece. Throws a `RequestError` if it
 * cannot be written, and whatever the stream is destroyed with.
 */
export async function storeUpload(
  stream: Readable,
  file: SealedFile,
  { place }: Pick<UploadLimits, 'place'>,
  onBytes: (piece: Buffer) => void,
): Promise<void> {
  for await (const piece of stream as AsyncIterable<Buffer>) {
    place.received(piece.length);
    onBytes(piece);
    await file.append(piece).catch(failOnDisk);
  }
  await file.finish().catch(failOnDisk);
}

/** The refusal of a file that is larger than allowed. */
export function uploadTooLarge({ maxBytes }: Pick<UploadLimits, 'maxBytes'>): RequestError {
  return new RequestError('upload_too_large', { field: 'file', limit: `at most ${maxBytes} bytes` });
}

/** Throws the refusal of an upload that cannot be written. */
export function failOnDisk(cause: unknown): never {
  if (cause instanceof RequestError) throw cause;
  throw new RequestError(recordingErrorOf(cause), {}, undefined, { cause });
}
