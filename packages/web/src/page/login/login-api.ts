import { ask, posting, type Answer } from '../server/ask.js';

/** The identity of this browser to the server. */
export interface Identity {
  /** A unique name. */
  readonly subject: string;
  readonly kind: 'local' | 'key' | 'token' | 'user' | 'certificate';
  readonly role: string;
  /** Whether the role may record and read. */
  readonly transcribes: boolean;
  /** For those who logged in with name and password. */
  readonly login?: {
    readonly name: string;
    /** How long the login lasts without a request. */
    readonly idleSeconds: number;
    /** When the login ends in any case. */
    readonly endsInSeconds: number;
  };
}

/** What somebody logs in with. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
  /** The code of an authenticator, or a recovery code. */
  readonly code?: string;
}

interface Ticket {
  readonly ticket: string;
  /** Whose ticket it is. */
  readonly subject: string;
}

/** Who this browser is to the server. Counts as use of the login. */
export function readIdentity(): Promise<Answer<Identity>> {
  return ask('api/v1/identity');
}

/** Logs in; the browser keeps the cookie. */
export function logIn(credentials: Credentials): Promise<Answer<Identity>> {
  return ask('api/v1/login', posting(credentials));
}

/** Logs out; the browser forgets the cookie. */
export function logOut(): Promise<Answer<unknown>> {
  return ask('api/v1/logout', { method: 'POST' });
}

/** A ticket for one connection. */
export function getTicket(): Promise<Answer<Ticket>> {
  return ask('api/v1/tickets', { method: 'POST' });
}
