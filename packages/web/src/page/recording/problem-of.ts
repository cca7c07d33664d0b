import type { Problem } from '@auscult/client';

/** The problem that an error of the SDK names. The message of any other error could hold anything, so it is not shown. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return { code: error.code as Problem['code'], message: error.message };
  return {
    code: 'internal_error',
    message: 'The recording could not be started.',
  };
}
