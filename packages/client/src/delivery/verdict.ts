import type { ErrorMessage } from '@auscult/protocol';
import { describeProblem, type Problem, type ProblemCode } from '../problem.js';

/** Why the connection has to be made again by itself. */
type RetryReason = 'connection-lost' | 'busy' | 'server-restarting';

/** What follows from the end of a connection. */
export type Verdict =
  | { readonly kind: 'retry'; readonly reason: RetryReason; readonly problem: Problem }
  | { readonly kind: 'new-session' }
  | { readonly kind: 'fail'; readonly problem: Problem };

/** The close codes of the protocol that decide by themselves. */
const GOING_AWAY = 1001;
const RESUME_REFUSED = 4410;
const UNAUTHENTICATED = 4401;
const TAKEN_OVER = 4409;
/** Connecting again would end the same way. */
const finalCloses: ReadonlyMap<number, ProblemCode> = new Map<number, ProblemCode>([
  [1002, 'internal_error'],
  [1003, 'internal_error'],
  [1007, 'internal_error'],
  [1008, 'unauthorized'],
  [1009, 'frame_too_large'],
  [4400, 'too_many_bad_messages'],
  [UNAUTHENTICATED, 'unauthorized'],
  [4403, 'origin_not_allowed'],
  [TAKEN_OVER, 'taken_over'],
]);

/**
 * Judges the end of a connection by its close code and by the last error that the server sent on it. Who gets tickets
 * asks for another where the login may have ended: the answer tells.
 */
export function verdictOn(closeCode: number, error: ErrorMessage | undefined, hasTickets: boolean): Verdict {
  if (closeCode === UNAUTHENTICATED && hasTickets)
    return { kind: 'retry', reason: 'connection-lost', problem: describeProblem('connection_lost') };
  if (closeCode === RESUME_REFUSED || error?.code === 'resume_refused') return { kind: 'new-session' };
  const finalCode = finalCloses.get(closeCode);
  if (finalCode !== undefined) return { kind: 'fail', problem: finalProblem(finalCode, error) };
  // Codes of 4000 and more are the application's: one that is not known yet says in its error whether to go on.
  if (error && !error.retryable && closeCode >= 4000) return { kind: 'fail', problem: problemOf(error) };
  return retry(closeCode, error);
}

function finalProblem(code: ProblemCode, error: ErrorMessage | undefined): Problem {
  if (code === 'taken_over') return describeProblem(code);
  return {
    code,
    message: error?.message ?? `The server refuses the connection (${code}). Ask its operator.`,
  };
}

function retry(closeCode: number, error: ErrorMessage | undefined): Verdict {
  switch (error?.code) {
    case 'busy':
    case 'too_many_sessions':
      return { kind: 'retry', reason: 'busy', problem: problemOf(error) };
    case 'draining':
    case 'not_ready':
      return { kind: 'retry', reason: 'server-restarting', problem: problemOf(error) };
    default: {
      const reason = closeCode === GOING_AWAY ? 'server-restarting' : 'connection-lost';
      return { kind: 'retry', reason, problem: describeProblem('connection_lost') };
    }
  }
}

/** What the server says of an error, without what only programs need. */
export function problemOf({ code, message }: ErrorMessage): Problem {
  return { code, message };
}
