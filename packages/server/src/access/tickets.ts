import { NOT_VALID, type Authentication, type AuthenticationResult } from './authentication.js';
import { createSecret, digestOf, SECRET_PATTERN } from './secrets.js';

/** Tickets admit the socket of a browser, which can send no headers: each is used once, within seconds. */
export interface Tickets {
  /** A ticket for whoever asks; undefined while too many wait to be used. */
  readonly issue: (authentication: Authentication) => Promise<string | undefined>;
  /** Uses up the ticket. Whether the credential that it was issued for is still valid is checked anew. */
  readonly redeem: (ticket: string) => Promise<AuthenticationResult>;
}

/** How long a ticket waits to be used, seconds. */
export const TICKET_SECONDS = 30;

/** The most tickets that wait, in all and for one identity. */
export const MOST_TICKETS = 10_000;
export const MOST_OF_ONE = 100;

/** The answer to a ticket that was used before, is too old, or never existed. */
export const TICKET_INVALID: AuthenticationResult = { ok: false, shown: true, code: 'ticket_invalid' };

const PREFIX = 'aust_';
const ticketPattern = new RegExp(`^${PREFIX}${SECRET_PATTERN}$`);

export function newTicket(): string {
  return `${PREFIX}${createSecret()}`;
}

/** Whether a text looks like a ticket. */
export function isTicket(text: string): boolean {
  return ticketPattern.test(text);
}

interface Waiting {
  readonly authentication: Authentication;
  readonly expiresAt: number;
}

/**
 * Tickets of a server that shares its database with no other. They are held in memory: one that waits when the server ends is
 * lost.
 */
export function createTickets(now: () => number = () => performance.now()): Tickets {
  const waiting = new Map<string, Waiting>();

  const forgetExpired = (): void => {
    for (const [digest, { expiresAt }] of waiting) {
      if (expiresAt > now()) return;
      waiting.delete(digest);
    }
  };

  return {
    issue: (authentication) => {
      forgetExpired();
      const { subject, tenant } = authentication.identity;
      const own = [...waiting.values()].filter(
        ({ authentication: { identity } }) => identity.subject === subject && identity.tenant === tenant,
      );
      if (waiting.size >= MOST_TICKETS || own.length >= MOST_OF_ONE) return Promise.resolve(undefined);
      const ticket = newTicket();
      waiting.set(digestOf(ticket), { authentication, expiresAt: now() + TICKET_SECONDS * 1000 });
      return Promise.resolve(ticket);
    },
    redeem: async (ticket) => {
      if (!isTicket(ticket)) return NOT_VALID;
      const digest = digestOf(ticket);
      const found = waiting.get(digest);
      waiting.delete(digest);
      if (found === undefined || found.expiresAt <= now()) return TICKET_INVALID;
      const { authentication } = found;
      return (await authentication.isStillValid()) ? { ok: true, authentication } : TICKET_INVALID;
    },
  };
}
