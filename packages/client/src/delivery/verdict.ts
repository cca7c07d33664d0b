import type { ErrorMessage } from '@auscult/protocol';
import type { AddressAnswer } from '../connection/ask-address.js';
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

/** What the server of a WebSocket says to a plain request. */
const UPGRADE_REQUIRED = 426;
/** So often an upgrade may fail where the server is there, as one does that starts just then. */
const PATIENT_ATTEMPTS = 2;

/**
 * Judges a connection that never opened by what its address answers else. One that is wrong fails, but not where the
 * server has been there before: while it starts anew, a proxy may answer in its place.
 */
export function verdictOnAnswer(
  answer: AddressAnswer,
  { attempt, wasThere }: { readonly attempt: number; readonly wasThere: boolean },
): Verdict {
  const problem = problemOfAnswer(answer, attempt);
  if (problem.code === 'connection_lost') return { kind: 'retry', reason: retryReasonOf(answer), problem };
  const isCertain = answer !== 'hidden' && answer !== UPGRADE_REQUIRED;
  return isCertain && !wasThere
    ? { kind: 'fail', problem }
    : { kind: 'retry', reason: 'connection-lost', problem };
}

function problemOfAnswer(answer: AddressAnswer, attempt: number): Problem {
  if (answer === 401) return { code: 'unauthorized', message: NOT_LET_IN };
  if (answer === 403) return { code: 'forbidden', message: NOT_LET_IN };
  const mayBeStarting = (answer === UPGRADE_REQUIRED || answer === 'hidden') && attempt < PATIENT_ATTEMPTS;
  if (answer === 'none' || isTemporary(answer) || mayBeStarting) return describeProblem('connection_lost');
  return describeProblem(answer === UPGRADE_REQUIRED ? 'upgrade_blocked' : 'wrong_address');
}

const NOT_LET_IN =
  'The server, or a proxy before it, does not let this program in. Log in there, or ask its operator.';

/** Too many, too early, or a proxy whose server is away. */
function isTemporary(answer: AddressAnswer): boolean {
  return answer === 408 || answer === 425 || answer === 429 || (typeof answer === 'number' && answer >= 500);
}

function retryReasonOf(answer: AddressAnswer): RetryReason {
  if (answer === 429) return 'busy';
  return isTemporary(answer) ? 'server-restarting' : 'connection-lost';
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
