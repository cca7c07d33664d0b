import type { Problem } from '@auscult/client';
import { msg } from '@lit/localize';

/** The problem that an error of the SDK names. The message of any other error could hold anything, so it is not shown. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return { code: error.code as Problem['code'], message: error.message };
  return {
    code: 'internal_error',
    message: msg('The server has failed. Try again; if it keeps failing, tell the operator the time of it.'),
  };
}
