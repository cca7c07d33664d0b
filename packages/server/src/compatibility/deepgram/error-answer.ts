import { describeError, errorTable, type ErrorCode } from '@auscult/protocol';
import { z } from 'zod';
import type { ErrorAnswer } from '../../http/answer-errors.js';
import type { RequestError } from '../../errors.js';

/** Body of an answer that is an error, as clients of Deepgram expect it. */
export const deepgramErrorBody = z
  .object({
    err_code: z.string().meta({ description: 'Stable name of the kind of error.' }),
    err_msg: z.string().meta({ description: 'What went wrong and what to do, for people.' }),
    request_id: z.string(),
  })
  .meta({ id: 'DeepgramErrorBody' });

/** The part of an error that clients are told. */
type ToldError = Pick<RequestError, 'code' | 'details' | 'explanation'>;

/** An error as clients of Deepgram expect it. Many of them can read the headers only, so these tell everything, too. */
export function deepgramError({ code, details, explanation }: ToldError, requestId: string): ErrorAnswer {
  const { message } = describeError(code, details, explanation);
  return {
    status: statusOf(code),
    headers: { 'dg-request-id': requestId, 'dg-error': inHeader(message) },
    body: { err_code: kindOf(code), err_msg: message, request_id: requestId },
  };
}

/** They send again what is answered with 409, and know no others of these. */
function statusOf(code: ErrorCode): number {
  const status = errorTable[code].httpStatus ?? 500;
  return [406, 409, 415, 422].includes(status) ? 400 : status;
}

/** Errors of recordings, which are about no parameter. */
const ABOUT_AUDIO: ReadonlySet<ErrorCode> = new Set([
  'unreadable_audio',
  'unsupported_audio',
  'decoding_too_costly',
  'broken_upload',
]);

const kinds: Readonly<Record<number, string>> = {
  400: 'INVALID_QUERY_PARAMETER',
  401: 'INVALID_AUTH',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'NOT_FOUND',
  408: 'SLOW_UPLOAD',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
};

function kindOf(code: ErrorCode): string {
  if (ABOUT_AUDIO.has(code)) return 'Bad Request';
  const status = statusOf(code);
  return kinds[status] ?? (status < 500 ? 'Bad Request' : 'SERVICE_UNAVAILABLE');
}

/** A text as headers may carry it. */
function inHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, '?');
}
