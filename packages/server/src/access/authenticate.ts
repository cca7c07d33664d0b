import { parseCookie } from 'cookie';
import type { FastifyRequest } from 'fastify';
import type { ApiKeys } from './api-keys.js';
import { API_KEY_PREFIX, keyIdIn } from './api-keys.js';
import { NOT_VALID, type Authentication, type AuthenticationResult } from './authentication.js';
import { authenticateCertificate } from './certificates.js';
import { foreignCredentialIn } from './foreign-credential.js';
import { LOCAL_IDENTITY } from './identity.js';
import { CLIENT_SECRET_PREFIX, type ClientSecrets } from './client-secrets.js';
import { loginCookieName, type Logins } from './logins.js';
import type { Tickets } from './tickets.js';
import type { Tokens } from './tokens.js';

/** The sources that know the credentials that a request may show. */
export interface CredentialSources {
  readonly apiKeys: ApiKeys;
  readonly logins: Logins;
  readonly tickets: Tickets;
  readonly clientSecrets: ClientSecrets;
  /** Undefined if no issuer is set. */
  readonly tokens: Tokens | undefined;
}

const TICKET_PREFIX = 'aust_';

/** The prefix of a WebSocket subprotocol that holds a ticket. */
const TICKET_PROTOCOL = 'auscult.ticket.';

/** Finds out whose credential a request shows. */
export type Authenticate = (request: FastifyRequest) => Promise<AuthenticationResult>;

/** The paths that client secrets are for. */
const CLIENT_SECRET_PATHS: ReadonlySet<string | undefined> = new Set(['/v1/realtime', '/v1/listen']);

/**
 * For a server without authentication: everybody counts as the one person on this machine. Credentials are not checked, but a
 * client secret says how its sessions begin.
 */
export function createAuthenticateLocal({ read }: Pick<ClientSecrets, 'read'>): Authenticate {
  return (request) => {
    const secret = takesClientSecrets(request) ? read(credentialIn(request) ?? '') : undefined;
    const authentication: Authentication = {
      identity: LOCAL_IDENTITY,
      reference: { kind: 'local' },
      sessionSettings: secret?.sessionSettings,
      isStillValid: () => Promise.resolve(true),
    };
    return Promise.resolve({ ok: true, authentication });
  };
}

/**
 * Looks at the first credential of a request: the `Authorization` header, a ticket or another service's credential among
 * the subprotocols of a socket, the cookie of a login, the certificate of the connection. If it is bad, the next is not
 * tried.
 */
export function createAuthenticate(sources: CredentialSources): Authenticate {
  const { apiKeys, logins, tickets, clientSecrets, tokens } = sources;
  const bearer = (text: string, request: FastifyRequest): Promise<AuthenticationResult> => {
    if (text.startsWith(API_KEY_PREFIX)) return apiKeys.authenticate(text);
    if (text.startsWith(TICKET_PREFIX)) return ticket(text, request);
    if (text.startsWith(CLIENT_SECRET_PREFIX)) return clientSecret(text, request);
    return tokens?.authenticate(text) ?? Promise.resolve(NOT_VALID);
  };

  /** Tickets open sockets and nothing else. */
  const ticket = (text: string, request: FastifyRequest): Promise<AuthenticationResult> =>
    request.ws ? tickets.redeem(text) : Promise.resolve(NOT_VALID);

  const clientSecret = (text: string, request: FastifyRequest): Promise<AuthenticationResult> =>
    takesClientSecrets(request) ? clientSecrets.authenticate(text) : Promise.resolve(NOT_VALID);

  return (request) => {
    if (request.headers.authorization !== undefined) {
      const text = credentialIn(request);
      return text === undefined ? Promise.resolve(NOT_VALID) : bearer(text, request);
    }
    const offered = ticketIn(request);
    if (offered !== undefined) return ticket(offered, request);
    const foreign = foreignIn(request);
    if (foreign !== undefined) return bearer(foreign, request);
    const cookie = loginCookieOf(request);
    if (cookie !== undefined) return logins.authenticate(cookie);
    const certificate = authenticateCertificate(request.raw.socket);
    return Promise.resolve(certificate ?? { ok: false, shown: false });
  };
}

/**
 * The kind of credential that a request shows, with the public part of an API key; its failures are counted by this.
 */
export function shownBy(request: FastifyRequest): string {
  const text = credentialIn(request);
  if (text?.startsWith(API_KEY_PREFIX)) return keyIdIn(text) ?? 'malformed key';
  if (text?.startsWith(TICKET_PREFIX) || ticketIn(request) !== undefined) return 'ticket';
  if (text?.startsWith(CLIENT_SECRET_PREFIX)) return 'client secret';
  if (request.headers.authorization !== undefined || text !== undefined) return 'token';
  return loginCookieOf(request) === undefined ? 'certificate' : 'cookie';
}

function takesClientSecrets({ routeOptions }: FastifyRequest): boolean {
  return CLIENT_SECRET_PATHS.has(routeOptions.url);
}

/** The text that a request shows as its key or token. */
function credentialIn(request: FastifyRequest): string | undefined {
  return bearerIn(request) ?? foreignIn(request);
}

function foreignIn({ routeOptions, headers }: FastifyRequest): string | undefined {
  return routeOptions.config.takesForeignCredentials === true ? foreignCredentialIn(headers) : undefined;
}

function bearerIn({ headers: { authorization = '' } }: FastifyRequest): string | undefined {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
}

/** Whether the request is authenticated by something that a browser sends by itself, whatever page it shows. */
export function isAuthenticatedByBrowser(request: FastifyRequest): boolean {
  const { authorization } = request.headers;
  return authorization === undefined && ticketIn(request) === undefined && foreignIn(request) === undefined;
}

/** The cookie of a login, if the request has one. */
export function loginCookieOf({ headers, protocol }: FastifyRequest): string | undefined {
  return headers.cookie === undefined ? undefined : parseCookie(headers.cookie)[loginCookieName(protocol)];
}

function ticketIn({ headers }: FastifyRequest): string | undefined {
  return headers['sec-websocket-protocol']
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(TICKET_PROTOCOL))
    ?.slice(TICKET_PROTOCOL.length);
}
