import type { ErrorCode } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import type { OriginPolicy } from '../http/origins.js';
import type { Authentication, AuthenticationResult } from './authentication.js';
import type { CredentialFailures } from './credential-failures.js';
import { addressKey } from './failure-limit.js';
import type { Identity } from './identity.js';
import { isAuthenticatedByBrowser, loginCookieOf, shownBy, type Authenticate } from './authenticate.js';
import type { RefusalAudit } from './refusal-audit.js';

/** Finds out who makes a request. Throws the refusal if nobody is recognised, or if a foreign page may have made it. */
export type Identify = (request: FastifyRequest) => Promise<Authentication>;

/** The services needed for that. */
export interface IdentifyServices {
  readonly authenticate: Authenticate;
  readonly failures: CredentialFailures;
  readonly origins: OriginPolicy;
  readonly refusals: RefusalAudit;
}

/** Identifies whoever makes a request by the credential that it shows. */
export function createIdentify(services: IdentifyServices): Identify {
  const { authenticate, origins } = services;
  return async (request) => {
    const result = await authenticate(request);
    if (!result.ok) throw await failureOf(request, result, services);
    const { authentication } = result;
    if (isForged(request, authentication.identity, origins)) throw new RequestError('origin_not_allowed');
    return authentication;
  };
}

/**
 * Whether a foreign page may have made the browser send this request, which adds cookies and certificates by
 * itself. Programs that show a certificate send no `Origin`; browsers, which have the cookies, do.
 */
function isForged(request: FastifyRequest, { kind }: Identity, origins: OriginPolicy): boolean {
  if (!isAuthenticatedByBrowser(request) || !changesSomething(request)) return false;
  const isBrowser = kind === 'user' || (kind === 'certificate' && request.headers.origin !== undefined);
  return isBrowser && !origins.isOwnPage(request.headers);
}

async function failureOf(
  request: FastifyRequest,
  result: Exclude<AuthenticationResult, { ok: true }>,
  { failures, refusals }: IdentifyServices,
): Promise<RequestError> {
  if (!result.shown) return new RequestError('unauthenticated');
  // Not counted as a failure: every login ends at some point, and nobody can guess a cookie. A ward behind one address
  // must not lock itself out.
  if (isEndedLogin(request, result.code)) return new RequestError(result.code);
  const waitSeconds = failures.fail(addressKey(request.ip), shownBy(request));
  // Further failures get no other answer, and are not written to the audit log, so that they do not fill it.
  if (waitSeconds !== undefined) return new RequestError('locked_out', {}, waitSeconds);
  await refusals.failed(request, result.code);
  return new RequestError(result.code);
}

function isEndedLogin(request: FastifyRequest, code: ErrorCode): boolean {
  return (
    code === 'credential_expired' && isAuthenticatedByBrowser(request) && loginCookieOf(request) !== undefined
  );
}

/** Whether a request changes something. Sockets are opened by GET, but more than reading is done over them. */
function changesSomething({ method, ws }: FastifyRequest): boolean {
  return ws || !['GET', 'HEAD', 'OPTIONS'].includes(method);
}
