import type { ErrorMessage } from '@auscult/protocol';
import {
  endByCode,
  endByError,
  type CloseName,
  type NamedCloseEnd,
  type Outage,
} from '@auscult/protocol/codes';
import type { AddressAnswer } from '../connection/ask-address.js';
import { ownProblem, type Problem, type ProblemCode } from '../problem.js';

/** Why the client reconnects by itself. */
export type RetryReason = 'connection-lost' | 'busy' | 'server-restarting';

/** What follows from the end of a connection. */
export type Verdict =
  | { readonly kind: 'retry'; readonly reason: RetryReason; readonly problem: Problem }
  | { readonly kind: 'new-session' }
  | { readonly kind: 'fail'; readonly problem: Problem };

/** What is known when a connection ends, besides its close code. */
interface LastWords {
  /** The last error that the server sent on it. */
  readonly error: ErrorMessage | undefined;
  /** Whether another ticket can be had. */
  readonly hasTickets: boolean;
  /** Tries since the last connection that held. */
  readonly attempt: number;
}

/** Judges the end of a connection by the table of codes. After codes that are not in it, the client tries again. */
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
      // Codes from 4000 on are the application's: for an unknown one, its error says whether to go on.
      if (error && !error.retryable && closeCode >= 4000) return { kind: 'fail', problem: problemOf(error) };
  }
  return retryAfter(end?.outage, error);
}

/** Whether such an error ends the connection, so that the verdict on that covers it. */
export function endsConnection({ code }: ErrorMessage): boolean {
  const end = endByError(code);
  return end !== undefined && !end.refusesMessages;
}

/** Whether a problem comes and goes while a server is away, and is not worth telling each time. */
export function passesByItself(code: ProblemCode): boolean {
  return code === 'connection_lost' || endByError(code)?.then === 'reconnect';
}

/** How the connection ended. If its close frame was lost, the closing error before it tells the same. */
function endOf(closeCode: number, error: ErrorMessage | undefined): NamedCloseEnd | undefined {
  const end = endByCode(closeCode);
  const byError = error && endByError(error.code);
  return end === undefined || end.name === byError?.name ? (byError ?? end) : end;
}

/** What the server of a WebSocket says to a plain request. */
const UPGRADE_REQUIRED = 426;
/** How often in a row an upgrade may fail although the server answers, as it does while the server starts. */
const PATIENT_ATTEMPTS = 2;

/** Whether there is a server that answers plain requests, or may be, although its WebSocket did not open. */
export function failsUpgrade(answer: AddressAnswer): boolean {
  return answer === UPGRADE_REQUIRED || answer === 'hidden';
}

/**
 * Judges a connection that never opened by how its address answers plain requests. A wrong address fails, but not if
 * the server was there before: while it restarts, a proxy may answer in its place.
 *
 * @param failedUpgrades in a row before this one
 */
export function verdictOnAnswer(
  answer: AddressAnswer,
  { failedUpgrades, wasThere }: { readonly failedUpgrades: number; readonly wasThere: boolean },
): Verdict {
  const problem = problemOfAnswer(answer, failedUpgrades);
  if (problem.code === 'connection_lost') return { kind: 'retry', reason: retryReasonOf(answer), problem };
  return !failsUpgrade(answer) && !wasThere
    ? { kind: 'fail', problem }
    : { kind: 'retry', reason: 'connection-lost', problem };
}

function problemOfAnswer(answer: AddressAnswer, failedUpgrades: number): Problem {
  if (answer === 401) return { code: 'unauthorized', message: NOT_LET_IN };
  if (answer === 403) return { code: 'forbidden', message: NOT_LET_IN };
  const mayBeStarting = failsUpgrade(answer) && failedUpgrades < PATIENT_ATTEMPTS;
  if (answer === 'none' || isTemporary(answer) || mayBeStarting) return ownProblem('connection_lost');
  return ownProblem(answer === UPGRADE_REQUIRED ? 'upgrade_blocked' : 'wrong_address');
}

const NOT_LET_IN =
  'The server, or a proxy before it, does not let this program in. Log in there, or ask its operator.';

/** Too many requests, too early, or a proxy whose server is down. */
function isTemporary(answer: AddressAnswer): boolean {
  return answer === 408 || answer === 425 || answer === 429 || (typeof answer === 'number' && answer >= 500);
}

function retryReasonOf(answer: AddressAnswer): RetryReason {
  if (answer === 429) return 'busy';
  return isTemporary(answer) ? 'server-restarting' : 'connection-lost';
}

/**
 * Refusals for which the SDK has its own code. Others get that of their error or, failing that, of their close code.
 */
const ownCodes: Readonly<Partial<Record<CloseName, ProblemCode>>> = {
  unauthenticated: 'unauthorized',
  session_taken_over: 'taken_over',
};

function refusalProblem(name: CloseName, error: ErrorMessage | undefined): Problem {
  const own = ownCodes[name];
  if (own === 'taken_over') return ownProblem(own);
  return {
    code: own ?? error?.code ?? 'internal_error',
    message: error?.message ?? `The server refuses the connection (${name}). Ask its operator.`,
  };
}

/** Logins and tickets end at some point, which is not worth reporting as long as the next ticket is accepted. */
function retryWithTicket(error: ErrorMessage | undefined, attempt: number): Verdict {
  const problem = error && attempt > 0 ? problemOf(error) : ownProblem('connection_lost');
  return { kind: 'retry', reason: 'connection-lost', problem };
}

const retryReasons: Readonly<Record<Outage, RetryReason>> = {
  busy: 'busy',
  restarting: 'server-restarting',
  failed: 'connection-lost',
};

/** What the server says about itself is reported; what it says about a connection is meant for programs. */
function retryAfter(outage: Outage | undefined, error: ErrorMessage | undefined): Verdict {
  const connectionLost = ownProblem('connection_lost');
  if (outage === undefined) return { kind: 'retry', reason: 'connection-lost', problem: connectionLost };
  const problem = error && endsConnection(error) ? problemOf(error) : connectionLost;
  return { kind: 'retry', reason: retryReasons[outage], problem };
}

/** An error of the server, without what only programs need. */
export function problemOf({ code, message }: ErrorMessage): Problem {
  return { code, message };
}
