import { SpeechError, type SpeechErrorCode } from '@auscult/asr';
import {
  describeError,
  errorTable,
  type ErrorCode,
  type ErrorDetails,
  type Explanation,
} from '@auscult/protocol';
import { z } from 'zod';

/** What an error is, in the body of an HTTP answer. */
export const errorDescription = z.object({
  code: z.string().meta({ description: 'Stable name of the error, see docs/protocol.md.' }),
  message: z.string().meta({ description: 'What went wrong and what to do, for people.' }),
  field: z.string().optional().meta({ description: 'The field that the error is about.' }),
  limit: z.string().optional().meta({ description: 'What is allowed.' }),
  retryable: z.boolean().meta({ description: 'Whether the very same request can succeed later.' }),
});
export type ErrorDescription = z.output<typeof errorDescription>;

/** Body of every HTTP answer that is an error. */
export const errorBody = z.object({ error: errorDescription }).meta({ id: 'ErrorBody' });
export type ErrorBody = z.output<typeof errorBody>;

/** What an error says over HTTP beyond its code. */
export type HttpErrorDetails = Pick<ErrorDetails, 'field' | 'limit'>;

/** Ends the handling of an HTTP request with an answer of the protocol's table. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly code: ErrorCode,
    readonly details: HttpErrorDetails = {},
    /** When the client may come back, seconds. */
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
    /** The text that replaces that of the table. */
    readonly explanation?: Explanation,
  ) {
    super(code, options);
  }
}

/** The HTTP answer for a code of the protocol's table. */
export function httpError(
  code: ErrorCode,
  details: HttpErrorDetails = {},
  explanation?: Explanation,
): { readonly status: number; readonly body: ErrorBody } {
  return {
    status: errorTable[code].httpStatus ?? 500,
    body: { error: describeForHttp(code, details, explanation) },
  };
}

/** The errors in the description of a route. */
export function errorResponses(...codes: readonly ErrorCode[]): Readonly<Record<number, typeof errorBody>> {
  return Object.fromEntries(codes.map((code) => [errorTable[code].httpStatus ?? 500, errorBody]));
}

/** An error of the protocol's table, as it is written in the body of an HTTP answer. */
export function describeForHttp(
  code: ErrorCode,
  details: HttpErrorDetails = {},
  explanation?: Explanation,
): ErrorDescription {
  const { message, retryable } = describeError(code, details, explanation);
  return { code, message, ...details, retryable };
}

/** What a client is told when its audio made the recognizer throw. Anything unforeseen is an `internal_error`. */
export function clientErrorOf(error: unknown): { readonly code: ErrorCode; readonly details: ErrorDetails } {
  const code = error instanceof SpeechError ? clientErrors[error.code] : undefined;
  return { code: code ?? 'internal_error', details: {} };
}

const clientErrors: Partial<Record<SpeechErrorCode, ErrorCode>> = {
  sample_rate_out_of_range: 'sample_rate_out_of_range',
  unsupported_audio: 'odd_audio_length',
  unsupported_language: 'unsupported_language',
};

/** What a client is told when its audio cannot be decoded, with what is known about that. */
export function undecodableOf(error: unknown): {
  readonly code: ErrorCode;
  readonly explanation: Explanation | undefined;
} {
  const code = error instanceof SpeechError ? undecodable[error.code] : undefined;
  if (code === undefined || !(error instanceof SpeechError))
    return { code: 'internal_error', explanation: undefined };
  return { code, explanation: { meaning: error.message, remedy: error.remedy } };
}

const undecodable: Partial<Record<SpeechErrorCode, ErrorCode>> = {
  container_unknown: 'container_unknown',
  container_broken: 'container_broken',
  decoding_too_costly: 'container_broken',
  closed: 'draining',
  // The process was lost, for whatever reason: another one may do better.
  decoder_failed: 'internal_error',
};

/** What went wrong with a whole recording. Anything unforeseen is an `internal_error`. */
export function recordingErrorOf(error: unknown): ErrorCode {
  if (error instanceof RequestError) return error.code;
  if (error instanceof SpeechError) return recordingErrors[error.code] ?? 'internal_error';
  return isDiskFull(error) ? 'storage_full' : 'internal_error';
}

/**
 * What is wrong with a recording, if that is more than its code says: whether it is cut off, for example, or only
 * needs a program that is missing. It says nothing about the recording's content.
 */
export function recordingExplanationOf(error: unknown): Explanation | undefined {
  if (error instanceof RequestError) return error.explanation;
  if (!(error instanceof SpeechError)) return undefined;
  const isAboutAudio = error.code === 'unreadable_audio' || error.code === 'unsupported_audio';
  return isAboutAudio ? { meaning: error.message, remedy: error.remedy } : undefined;
}

const recordingErrors: Partial<Record<SpeechErrorCode, ErrorCode>> = {
  unreadable_audio: 'unreadable_audio',
  unsupported_audio: 'unsupported_audio',
  sample_rate_out_of_range: 'unsupported_audio',
  recording_too_long: 'recording_too_long',
  decoding_too_costly: 'decoding_too_costly',
  decoder_failed: 'decoder_failed',
  unsupported_language: 'unsupported_language',
  worker_failed: 'recognition_failed',
};

/** No space, a quota that is used up, or a limit on the size of files. */
function isDiskFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ENOSPC', 'EDQUOT', 'EFBIG', 'JETSTREAM_FULL'].includes(String(error.code))
  );
}
