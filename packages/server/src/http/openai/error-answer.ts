import { describeError, errorTable, type ErrorCode } from '@auscult/protocol';
import { z } from 'zod';
import type { WriteError } from '../answer-errors.js';
import { requestIdOf } from '../request-id.js';

/** Body of an answer that is an error, as clients of OpenAI expect it. */
export const openAiErrorBody = z
  .object({
    error: z.object({
      message: z.string().meta({ description: 'What went wrong and what to do, for people.' }),
      type: z.enum(['invalid_request_error', 'rate_limit_error', 'server_error']),
      param: z.string().nullable().meta({ description: 'The field that the error is about.' }),
      code: z.string().nullable().meta({ description: 'Stable name of the error, see docs/protocol.md.' }),
    }),
  })
  .meta({ id: 'OpenAiErrorBody' });
export type OpenAiErrorBody = z.output<typeof openAiErrorBody>;

/** Writes errors as clients of OpenAI expect them. */
export const writeOpenAiError: WriteError = ({ code, details, explanation }, request) => ({
  status: openAiStatus(code),
  headers: { 'x-request-id': requestIdOf(request) },
  body: openAiError(code, details, explanation),
});

/** An error in their form. */
export function openAiError(
  code: ErrorCode,
  details: Parameters<typeof describeError>[1] = {},
  explanation?: Parameters<typeof describeError>[2],
): OpenAiErrorBody {
  const status = openAiStatus(code);
  const { message } = describeError(code, details, explanation);
  return {
    error: { message, type: typeOf(status), param: details.field ?? null, code: codeOf(code, status) },
  };
}

/**
 * The status of an error. Their clients know no difference between requests that cannot be understood and those that
 * cannot be carried out, and send a request again that is answered with 409.
 */
export function openAiStatus(code: ErrorCode): number {
  const status = errorTable[code].httpStatus ?? 500;
  return [406, 409, 415, 422].includes(status) ? 400 : status;
}

function typeOf(status: number): OpenAiErrorBody['error']['type'] {
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

/** Ours, except where programs look for one of theirs. */
function codeOf(code: ErrorCode, status: number): string {
  if (status === 401) return 'invalid_api_key';
  return status === 429 ? 'rate_limit_exceeded' : code;
}
