import type { ErrorMessage, ReadyMessage } from '@auscult/protocol';
import type { ConnectionEnd } from '../connection/connection.js';
import { ownProblem, type Problem, type ProblemCode } from '../problem.js';
import {
  endsConnection,
  failsUpgrade,
  passesByItself,
  problemOf,
  verdictOn,
  verdictOnAnswer,
  type RetryReason,
  type Verdict,
} from './verdict.js';

/** A session of the server. */
interface ServerSession {
  readonly id: string;
  /** Without one it cannot be resumed. */
  readonly token: string | undefined;
  readonly maxFrameBytes: number;
  readonly tellsSpeakers: boolean;
}

/** A session that is gone, whose speakers the next one is to go on with. */
type FormerSession = Pick<ServerSession, 'id'> & { readonly token: string };

/** The link to the server, over all connections and sessions. Nothing here knows of sockets, timers or audio. */
export interface Link {
  readonly phase: LinkPhase;
  readonly hasTickets: boolean;
  /** The session that is in use or can be resumed. */
  readonly session: ServerSession | undefined;
  /** The session before, until there is another. */
  readonly former: FormerSession | undefined;
  /** The last error that the server sent on the connection. */
  readonly lastError: ErrorMessage | undefined;
  /** Whether a server has answered at this address. */
  readonly wasThere: boolean;
  /** Connections in a row that did not open although the address answered. */
  readonly failedUpgrades: number;
  /** Whether all text is here, except perhaps the refined one. */
  readonly hasAllText: boolean;
  /** The last problem that was reported since a connection held. */
  readonly toldOf: ProblemCode | undefined;
}

/** What the link is doing. Only `opening` and `ready` have a connection, and only `opening` and `waiting` a timer. */
type LinkPhase =
  | { readonly kind: 'unopened' }
  /** `readiesToCome`: how many `ready` messages are still to come before the requested settings are in force. */
  | {
      readonly kind: 'opening';
      readonly asksFor: 'old-session' | 'new-session';
      readonly readiesToCome: number;
    }
  | { readonly kind: 'ready' }
  /** Until the next try. */
  | { readonly kind: 'waiting' }
  /** Until somebody has logged in. */
  | { readonly kind: 'held' }
  | { readonly kind: 'over' };

/** What happens to a link. `attempt` counts the tries since the last connection that held. */
export type LinkEvent =
  | { readonly kind: 'open' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'ready'; readonly message: ReadyMessage }
  | { readonly kind: 'resumed'; readonly receivedSamples: number }
  | { readonly kind: 'error'; readonly error: ErrorMessage }
  | (ConnectionEnd & { readonly attempt: number })
  /** The pause before the next try is over, or the computer is online again. */
  | { readonly kind: 'retry' }
  /** The user does not want to wait, or has logged in. */
  | { readonly kind: 'retry-now' }
  | { readonly kind: 'all-text' }
  | { readonly kind: 'close' };

/** The actions for an event, in order. */
export type LinkAction =
  /** Opens a connection, for the old session or a new one. */
  | { readonly kind: 'connect'; readonly asksFor: 'old-session' | 'new-session'; readonly wasThere: boolean }
  | { readonly kind: 'send-configure'; readonly former: FormerSession | undefined }
  | { readonly kind: 'send-resume'; readonly sessionId: string; readonly token: string }
  /**
   * Audio goes to this session from now on. `receivedSamples` is what it has, if it is an old one; a new one may know the
   * speakers of that before.
   */
  | {
      readonly kind: 'deliver';
      readonly session: ServerSession;
      readonly knowsSpeakers: boolean;
      readonly receivedSamples: number | undefined;
    }
  /** Leaves the connection as it is. */
  | { readonly kind: 'abandon' }
  /** Closes the connection in order. */
  | { readonly kind: 'close' }
  /** Waits for a while, and reports it. */
  | { readonly kind: 'wait'; readonly reason: RetryReason }
  /** Reports that somebody has to log in. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'tell'; readonly problem: Problem }
  /** Reports that it cannot go on. */
  | { readonly kind: 'fail'; readonly problem: Problem }
  /** Reports that the refined text will not come. */
  | { readonly kind: 'lose-refinement' };

interface Step {
  readonly link: Link;
  readonly actions: readonly LinkAction[];
}

/** A link that has not been opened. */
export function createLink(hasTickets: boolean): Link {
  return {
    phase: { kind: 'unopened' },
    hasTickets,
    session: undefined,
    former: undefined,
    lastError: undefined,
    wasThere: false,
    failedUpgrades: 0,
    hasAllText: false,
    toldOf: undefined,
  };
}

/** The link after an event, and the actions for it. Events that do not belong to its phase change nothing. */
export function step(link: Link, event: LinkEvent): Step {
  const { phase } = link;
  if (phase.kind === 'over') return unchanged(link);
  switch (event.kind) {
    case 'open':
      return phase.kind === 'unopened' ? connect(link) : unchanged(link);
    case 'retry':
      return phase.kind === 'waiting' ? connect(link) : unchanged(link);
    case 'retry-now':
      return phase.kind === 'waiting' || phase.kind === 'held' ? connect(link) : unchanged(link);
    case 'all-text':
      return unchanged({ ...link, hasAllText: true });
    case 'close':
      return end(link, { kind: 'close' });
    default:
      return phase.kind === 'opening' || phase.kind === 'ready'
        ? stepConnected(link, phase, event)
        : unchanged(link);
  }
}

type ConnectedPhase = Extract<LinkPhase, { kind: 'opening' | 'ready' }>;
type ConnectionEvent = Exclude<LinkEvent, { kind: 'open' | 'retry' | 'retry-now' | 'all-text' | 'close' }>;

function stepConnected(link: Link, phase: ConnectedPhase, event: ConnectionEvent): Step {
  switch (event.kind) {
    case 'opened':
      return greet({ ...link, failedUpgrades: 0 }, phase);
    case 'ready':
      return takeReady(link, phase, event.message);
    case 'resumed':
      return takeResumed(link, phase, event.receivedSamples);
    case 'error':
      return takeError({ ...link, lastError: event.error }, phase, event.error);
    case 'ended': {
      const { lastError: error, hasTickets } = link;
      return follow(
        link,
        verdictOn(event.closeCode, { error, hasTickets, attempt: event.attempt }),
        event.attempt,
      );
    }
    case 'unopened': {
      const verdict = verdictOnAnswer(event.answer, link);
      const failedUpgrades = failsUpgrade(event.answer) ? link.failedUpgrades + 1 : 0;
      return follow({ ...link, failedUpgrades }, verdict, event.attempt);
    }
    case 'unauthorized':
      return hold(link);
    case 'barred':
      return fail(link, barred);
  }
}

function connect(link: Link): Step {
  const asksFor = link.session?.token === undefined ? 'new-session' : 'old-session';
  // With a ticket comes the subprotocol, which is answered before `configure` is.
  const readiesToCome = link.hasTickets ? 2 : 1;
  return {
    link: { ...link, phase: { kind: 'opening', asksFor, readiesToCome }, lastError: undefined },
    actions: [{ kind: 'connect', asksFor, wasThere: link.wasThere }],
  };
}

function greet(link: Link, phase: ConnectedPhase): Step {
  if (phase.kind !== 'opening') return unchanged(link);
  const { session } = link;
  return phase.asksFor === 'old-session' && session?.token !== undefined
    ? { link, actions: [{ kind: 'send-resume', sessionId: session.id, token: session.token }] }
    : { link, actions: [{ kind: 'send-configure', former: link.former }] };
}

function takeReady(link: Link, phase: ConnectedPhase, message: ReadyMessage): Step {
  if (phase.kind !== 'opening' || phase.asksFor !== 'new-session') return unchanged(link);
  if (phase.readiesToCome > 1)
    return unchanged({ ...link, phase: { ...phase, readiesToCome: phase.readiesToCome - 1 } });
  const { sessionId, resume, limits, speakers } = message;
  return deliver(link, {
    id: sessionId,
    token: resume?.token,
    maxFrameBytes: limits.maxFrameBytes,
    // Servers that tell nobody apart do not send it.
    tellsSpeakers: speakers === 'auto' || typeof speakers === 'number',
  });
}

function takeResumed(link: Link, phase: ConnectedPhase, receivedSamples: number): Step {
  return phase.kind === 'opening' && phase.asksFor === 'old-session' && link.session
    ? deliver(link, link.session, receivedSamples)
    : unchanged(link);
}

function deliver(link: Link, session: ServerSession, receivedSamples?: number): Step {
  return {
    link: {
      ...link,
      phase: { kind: 'ready' },
      session,
      former: undefined,
      wasThere: true,
      toldOf: undefined,
    },
    actions: [{ kind: 'deliver', session, knowsSpeakers: link.former !== undefined, receivedSamples }],
  };
}

function takeError(link: Link, phase: ConnectedPhase, error: ErrorMessage): Step {
  // The close and the verdict on it follow.
  if (endsConnection(error)) return unchanged(link);
  if (phase.kind === 'ready') return { link, actions: [{ kind: 'tell', problem: problemOf(error) }] };
  if (error.retryable) return unchanged(link);
  return phase.asksFor === 'old-session' ? beginAnew(link) : fail(link, problemOf(error));
}

function follow(link: Link, verdict: Verdict, attempt: number): Step {
  const canResume = link.session?.token !== undefined;
  if (link.hasAllText && (verdict.kind !== 'retry' || !canResume))
    return end(link, { kind: 'lose-refinement' });
  switch (verdict.kind) {
    case 'fail':
      return fail(link, verdict.problem);
    case 'new-session':
      return link.session
        ? beginAnew(link)
        : wait(link, 'connection-lost', ownProblem('connection_lost'), attempt);
    case 'retry':
      return wait(link, verdict.reason, verdict.problem, attempt);
  }
}

/** Opens another session, since the old one is no longer available. */
function beginAnew(link: Link): Step {
  const { link: next, actions } = connect({ ...link, session: undefined, former: formerOf(link) });
  return { link: next, actions: [{ kind: 'abandon' }, ...actions] };
}

function formerOf({ session, former }: Link): FormerSession | undefined {
  if (session?.token === undefined) return former;
  return session.tellsSpeakers ? { id: session.id, token: session.token } : undefined;
}

/** Reports the reason once, and again if more is known. */
function wait(link: Link, reason: RetryReason, problem: Problem, attempt: number): Step {
  const isNews = attempt === 0 || (problem.code !== link.toldOf && !passesByItself(problem.code));
  return {
    link: { ...link, phase: { kind: 'waiting' }, toldOf: isNews ? problem.code : link.toldOf },
    actions: [...(isNews ? [{ kind: 'tell', problem } as const] : []), { kind: 'wait', reason }],
  };
}

function hold(link: Link): Step {
  if (link.hasAllText) return end(link, { kind: 'lose-refinement' });
  return {
    link: { ...link, phase: { kind: 'held' } },
    actions: [{ kind: 'tell', problem: ownProblem('unauthorized') }, { kind: 'hold' }],
  };
}

function fail(link: Link, problem: Problem): Step {
  return end(link, { kind: 'abandon' }, { kind: 'fail', problem });
}

function end(link: Link, ...actions: readonly LinkAction[]): Step {
  return { link: { ...link, phase: { kind: 'over' } }, actions };
}

function unchanged(link: Link): Step {
  return { link, actions: [] };
}

const barred: Problem = {
  code: 'invalid_options',
  message:
    'The browser does not allow this page to connect to that address. A page on https needs a wss:// server.',
};
