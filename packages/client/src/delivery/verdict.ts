import type { ErrorMessage } from '@auscult/protocol';
import {
  endByCode,
  endByError,
  type CloseName,
  type NamedCloseEnd,
  type Outage,
} from '@auscult/protocol/codes';
import type { AddressAnswer } from '../connection/ask-address.js';
import { describeProblem, type Problem, type ProblemCode } from '../problem.js';

/** Why the connection has to be made again by itself. */
export type RetryReason = 'connection-lost' | 'busy' | 'server-restarting';

/** What follows from the end of a connection. */
export type Verdict =
  | { readonly kind: 'retry'; readonly reason: RetryReason; readonly problem: Problem }
  | { readonly kind: 'new-session' }
  | { readonly kind: 'fail'; readonly problem: Problem };

/** What is known when a connection ends, beside its close code. */
interface LastWords {
  /** The last error that the server sent on it. */
  readonly error: ErrorMessage | undefined;
  /** Whether another ticket can be had. */
  readonly hasTickets: boolean;
  /** Tries since the last connection that held. */
  readonly attempt: number;
}

/** Judges the end of a connection as the table of codes says. Codes that are not in it end what can be tried again. */
export function verdictOn(closeCode: number, words: LastWords): Verdict {
  const { error, hasTickets, attempt } = words;
  const end = endOf(closeCode, error);
  switch (end?.then) {
    case 'begin-anew':
      return { kind: 'new-session' };
    case 'give-up':
      return { kind: 'fail', problem: refusalProblem(end.name, error) };
    case 'authenticate':
      return hasTickets
        ? retryWithTicket(error, attempt)
        : { kind: 'fail', problem: refusalProblem(end.name, error) };
    case 'done':
    case 'reconnect':
      break;
    case undefined:
      // Codes of 4000 and more are the application's: one that is not known yet says in its error whether to go on.
      if (error && !error.retryable && closeCode >= 4000) return { kind: 'fail', problem: problemOf(error) };
  }
  return retryAfter(end?.outage, error);
}

/** Whether the connection ends with such an error, so that its verdict says what there is to tell of it. */
export function endsConnection({ code }: ErrorMessage): boolean {
  const end = endByError(code);
  return end !== undefined && !end.refusesMessages;
}

/** Whether a problem comes and goes while a server is away, and is not worth telling each time. */
export function passesByItself(code: ProblemCode): boolean {
  return code === 'connection_lost' || endByError(code)?.then === 'reconnect';
}

/** How the connection was ended. Where its close frame got lost, a closing error before tells as much. */
function endOf(closeCode: number, error: ErrorMessage | undefined): NamedCloseEnd | undefined {
  const end = endByCode(closeCode);
  const byError = error && endByError(error.code);
  return end === undefined || end.name === byError?.name ? (byError ?? end) : end;
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

/** Refusals that the SDK has a code of its own for. The others have that of their error, or failing that of their close code. */
const ownCodes: Readonly<Partial<Record<CloseName, ProblemCode>>> = {
  unauthenticated: 'unauthorized',
  session_taken_over: 'taken_over',
};

function refusalProblem(name: CloseName, error: ErrorMessage | undefined): Problem {
  const own = ownCodes[name];
  if (own === 'taken_over') return describeProblem(own);
  return {
    code: own ?? error?.code ?? 'internal_error',
    message: error?.message ?? `The server refuses the connection (${name}). Ask its operator.`,
  };
}

/** Logins and tickets end some day, which is no news as long as the next ticket is taken. */
function retryWithTicket(error: ErrorMessage | undefined, attempt: number): Verdict {
  const problem = error && attempt > 0 ? problemOf(error) : describeProblem('connection_lost');
  return { kind: 'retry', reason: 'connection-lost', problem };
}

const retryReasons: Readonly<Record<Outage, RetryReason>> = {
  busy: 'busy',
  restarting: 'server-restarting',
  failed: 'connection-lost',
};

/** What the server has to say of itself is told; what it says of a connection is meant for programs. */
function retryAfter(outage: Outage | undefined, error: ErrorMessage | undefined): Verdict {
  const connectionLost = describeProblem('connection_lost');
  if (outage === undefined) return { kind: 'retry', reason: 'connection-lost', problem: connectionLost };
  const problem = error && endsConnection(error) ? problemOf(error) : connectionLost;
  return { kind: 'retry', reason: retryReasons[outage], problem };
}

/** What the server says of an error, without what only programs need. */
export function problemOf({ code, message }: ErrorMessage): Problem {
  return { code, message };
}
