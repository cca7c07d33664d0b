import type { ErrorCode, ErrorDefinition } from './error-codes.js';
import { errorTable } from './error-codes.js';
import type { ErrorMessage, WarningMessage } from './server-messages.js';
import { warningTable, type WarningCode } from './warning-codes.js';

/** What an error says beyond its code. None of it may come from the content of a message. */
export interface ErrorDetails {
  /** Path of the field that the error is about, such as `endpointing.silenceMs`. */
  readonly field?: string | undefined;
  /** What is allowed, in words: `at most 262144 bytes`. */
  readonly limit?: string | undefined;
  /** The audio that the error is about, seconds on the stream's own clock. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** The channel that the error is about, from 0. */
  readonly channel?: number | undefined;
}

/**
 * What went wrong and what to do in one particular case, if more is known than the table says. Holds no content of a
 * message.
 */
export type Explanation = Pick<ErrorDefinition, 'meaning' | 'remedy'>;

/**
 * The `error` message for a code: it names the field, what is allowed and the remedy. Meaning and remedy are those of
 * the table unless given.
 */
export function describeError(
  code: ErrorCode,
  details: ErrorDetails = {},
  explanation: Explanation = errorTable[code],
): ErrorMessage {
  const { retryable } = errorTable[code];
  return { type: 'error', message: explain(explanation, details), code, ...details, retryable };
}

/** What a warning says beyond its code. None of it may come from the content of a message. */
export interface WarningDetails {
  /** How many things the warning is about, if they are counted. */
  readonly count?: number;
  /** A sentence with details: `Left out: 2 that are in the list already.` */
  readonly detail: string;
}

/** The `warning` message for a code. */
export function describeWarning(code: WarningCode, details?: WarningDetails): WarningMessage {
  const { meaning, remedy } = warningTable[code];
  if (details === undefined) return { type: 'warning', code, message: `${meaning} ${remedy}` };
  const { count, detail } = details;
  const message = `${meaning} ${detail} ${remedy}`;
  return count === undefined ? { type: 'warning', code, message } : { type: 'warning', code, message, count };
}

function explain({ meaning, remedy }: Explanation, { field, limit, start, end }: ErrorDetails): string {
  const subject = field === undefined ? '' : `${field}: `;
  const allowed = limit === undefined ? [] : [`Allowed: ${limit}.`];
  const span =
    start === undefined || end === undefined ? [] : [`Audio: ${seconds(start)} to ${seconds(end)}.`];
  return subject + [meaning, ...span, ...allowed, remedy].join(' ');
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
