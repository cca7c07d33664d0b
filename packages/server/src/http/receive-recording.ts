import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import type { SealedFile } from '../storage/sealed-file.js';
import { createUploadFile, storeUpload, uploadTooLarge } from './store-upload.js';
import { watchUpload, type UploadLimits } from './watch-upload.js';

/** A recording that was the whole body of a request. */
export interface ReceivedBody {
  /** The caller removes it. */
  readonly file: SealedFile;
  /** Digest of its bytes, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Streams the body of a request to disk, encrypted, whether or not its length is known. Throws a `RequestError` for
 * anything that is wrong with it, in which case nothing is left on disk.
 */
export async function receiveRecording(request: FastifyRequest, limits: UploadLimits): Promise<ReceivedBody> {
  const { raw, headers } = request;
  if (Number(headers['content-length'] ?? 0) > limits.maxBytes) throw uploadTooLarge(limits);
  const digest = createHash('sha256');
  let bytes = 0;
  const watch = watchUpload(request, limits, { most: 0, fileBytes: () => bytes });
  const file = await createUploadFile(limits);
  try {
    const stored = storeUpload(raw, file, limits, (piece) => {
      bytes += piece.length;
      if (bytes > limits.maxBytes) throw uploadTooLarge(limits);
      digest.update(piece);
    });
    await Promise.race([stored, watch.stopped]);
    return { file, sha256: digest.digest('hex') };
  } catch (error) {
    await file.remove();
    throw watch.reason() ?? (error instanceof RequestError ? error : new RequestError('broken_upload'));
  } finally {
    watch.end();
  }
}
