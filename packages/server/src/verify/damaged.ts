import { ZodError } from 'zod';
import { RequestError } from '../errors.js';

/** Whether an error means that something is not what was sealed, or that what was sealed does not belong there. */
export function isDamaged(error: unknown): boolean {
  return (
    (error instanceof RequestError && error.code === 'record_damaged') ||
    error instanceof ZodError ||
    error instanceof SyntaxError
  );
}
