import { TranscriberError } from '@auscult/client';
import type { Answer } from '../server/ask.js';
import { observable, type Observable } from '../state/observable.js';
import { getTicket, logIn, logOut, readIdentity, type Credentials, type Identity } from './login-api.js';
import { watchUse } from './watch-use.js';

/** Whether somebody may use the page. */
export type LoginState =
  /** The server has not said yet who this is. */
  | { readonly kind: 'asking' }
  | { readonly kind: 'unreachable'; readonly message: string }
  | {
      readonly kind: 'out';
      readonly why: 'first' | 'ended' | 'left';
      /** The person whose text is on the page. */
      readonly before: Identity | undefined;
    }
  | { readonly kind: 'in'; readonly identity: Identity };

/** The outcome of an attempt to log in. */
export type LoginOutcome =
  | { readonly kind: 'in' }
  | { readonly kind: 'code-required' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked-out'; readonly waitSeconds: number }
  | { readonly kind: 'failed'; readonly message: string };

/** Keeps track of who uses the page, beginning with the first question to the server. */
export interface Login {
  readonly state: Observable<LoginState>;
  /** Asks the server who this is. */
  readonly check: () => Promise<void>;
  readonly enter: (credentials: Credentials) => Promise<LoginOutcome>;
  /** Logs out. Resolves with the sentence that says why it failed, or with nothing. */
  readonly leave: () => Promise<string | undefined>;
  /** To be called when the server says that nobody is logged in. Resolves when somebody is again. */
  readonly untilIn: (signal: AbortSignal) => Promise<void>;
  /** For the SDK: gets a ticket for the next connection. Undefined if the server requires no authentication. */
  readonly ticket: () => (() => Promise<string>) | undefined;
}

/** Starts without having asked the server. */
export function createLogin(): Login {
  const state = observable<LoginState>({ kind: 'asking' });
  const use = watchUse(() => void check());

  function enterAs(identity: Identity): void {
    use.begin(identity.login);
    const { value } = state;
    const isSame = value.kind === 'in' && value.identity.subject === identity.subject;
    if (!isSame) state.set({ kind: 'in', identity });
  }

  function end(why: 'first' | 'ended' | 'left'): void {
    use.end();
    const { value } = state;
    if (value.kind === 'out') return;
    state.set({ kind: 'out', why, before: why === 'left' ? undefined : identityIn(value) });
  }

  /**
   * Takes over an identity. It may be that of somebody else who has logged in in this browser, and to whom the content of
   * the page does not belong.
   */
  function take(identity: Identity): void {
    const before = identityIn(state.value);
    if (before !== undefined && before.subject !== identity.subject) end('ended');
    else enterAs(identity);
  }

  async function check(): Promise<void> {
    const answer = await readIdentity();
    if (answer.kind === 'ok') {
      take(answer.body);
      return;
    }
    if (isUnauthenticated(answer)) {
      end(identityIn(state.value) === undefined ? 'first' : 'ended');
      return;
    }
    // A logged-in person stays so while the server is unreachable, since nothing can be fetched from it meanwhile.
    if (state.value.kind === 'in') use.tryAgain();
    else if (state.value.kind !== 'out') state.set({ kind: 'unreachable', message: answer.message });
  }

  // Another page of the same browser may have logged in.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && state.value.kind === 'out') void check();
  });

  async function ticket(): Promise<string> {
    const answer = await getTicket();
    const before = identityIn(state.value);
    if (answer.kind === 'ok' && answer.body.subject === before?.subject) {
      use.note();
      return answer.body.ticket;
    }
    if (answer.kind !== 'ok' && !isUnauthenticated(answer)) throw new Error(answer.message);
    end('ended');
    throw new TranscriberError({ code: 'unauthorized', message: 'The login has ended.' });
  }

  return {
    state,
    check,
    enter: async (credentials) => {
      const answer = await logIn(credentials);
      const outcome = outcomeOf(answer);
      if (answer.kind === 'ok') enterAs(answer.body);
      return outcome;
    },
    leave: async () => {
      const answer = await logOut();
      if (answer.kind !== 'ok' && !isUnauthenticated(answer)) return answer.message;
      end('left');
      return undefined;
    },
    untilIn: (signal) =>
      new Promise((resolve, reject) => {
        end('ended');
        const unsubscribe = state.subscribe(() => {
          if (state.value.kind !== 'in') return;
          unsubscribe();
          resolve();
        });
        signal.addEventListener('abort', () => {
          unsubscribe();
          reject(new DOMException('It was given up.', 'AbortError'));
        });
      }),
    ticket: () => (identityIn(state.value)?.kind === 'local' ? undefined : ticket),
  };
}

/** Whose things are on the page. */
export function identityIn(state: LoginState): Identity | undefined {
  switch (state.kind) {
    case 'in':
      return state.identity;
    case 'out':
      return state.before;
    case 'asking':
    case 'unreachable':
      return undefined;
  }
}

function isUnauthenticated(answer: Answer<unknown>): boolean {
  return answer.kind === 'refused' && answer.status === 401;
}

function outcomeOf(answer: Answer<unknown>): LoginOutcome {
  if (answer.kind === 'ok') return { kind: 'in' };
  if (answer.kind === 'unreachable') return { kind: 'failed', message: answer.message };
  const { code, message, waitSeconds } = answer;
  switch (code) {
    case 'code_required':
      return { kind: 'code-required' };
    // A name or password that cannot exist is treated like a wrong one.
    case 'invalid_request':
    case 'login_failed':
      return { kind: 'wrong' };
    case 'locked_out':
      return { kind: 'locked-out', waitSeconds: waitSeconds ?? 60 };
    default:
      return { kind: 'failed', message };
  }
}
