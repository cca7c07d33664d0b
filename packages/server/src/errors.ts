import { SpeechError, type SpeechErrorCode } from '@auscult/asr';
import { describeError, errorTable, type ErrorCode, type ErrorDetails } from '@auscult/protocol';
import { z } from 'zod';

/** Body of every HTTP answer that is an error. */
export const errorBody = z.object({
  error: z.object({
    code: z.string().meta({ description: 'Stable name of the error, see docs/protocol.md.' }),
    message: z.string().meta({ description: 'What went wrong and what to do, for people.' }),
    retryable: z.boolean().meta({ description: 'Whether the very same request can succeed later.' }),
  }),
});
export type ErrorBody = z.output<typeof errorBody>;

/** The HTTP answer for a code of the protocol's table. */
export function httpError(code: ErrorCode): { readonly status: number; readonly body: ErrorBody } {
  const { message, retryable } = describeError(code);
  return { status: errorTable[code].httpStatus ?? 500, body: { error: { code, message, retryable } } };
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
