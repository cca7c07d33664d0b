import type { ErrorCode } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../config/loopback.js';
import type { Config } from '../config/schema.js';
import { RequestError } from '../errors.js';
import type { OriginPolicy } from '../http/origins.js';
import type { Log } from '../telemetry/log.js';
import { auditedIdentity, type AccessAudit, type AccessAuditAction } from './access-audit.js';
import type { Authentication, Recognition } from './authentication.js';
import type { BreakGlass } from './break-glass.js';
import type { CredentialFailures } from './credential-failures.js';
import { addressKey } from './failure-limit.js';
import type { Identity, Ownership } from './identity.js';
import { isOpenToAnyone, isPermitted, scopeOf, type Action } from './permissions.js';
import { isRecognisedByBrowser, loginCookieOf, shownBy, type Recognise } from './recognise.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request to this route does: a row of the table of permissions. A route without one is not added. */
    action?: Action;
  }
  interface FastifyRequest {
    /** Who makes the request, once it was let in. */
    authentication: Authentication | undefined;
    /**
     * Why an upgrade is refused, for a dialect that reports it after the upgrade, since browsers do not show why one
     * fails.
     */
    refusal: RequestError | undefined;
  }
}

/** Admits requests, or refuses them. */
export interface Guard {
  /** Decides by the route, before anything of the body is read. Throws the refusal, or notes it for a socket. */
  readonly admit: (request: FastifyRequest) => Promise<void>;
  /**
   * Requires that whoever makes the request may do `action` to something with this `ownership`. Otherwise it is
   * answered as if it did not exist, with `hiddenAs`. Resolves with the reason if it was opened in an emergency.
   */
  readonly authorise: (
    request: FastifyRequest,
    action: Action,
    ownership: Ownership,
    hiddenAs: ErrorCode,
    what: string,
  ) => Promise<string | undefined>;
}

export interface GuardServices {
  readonly config: Config;
  readonly log: Log;
  readonly audit: AccessAudit;
  readonly origins: OriginPolicy;
  readonly recognise: Recognise;
  readonly failures: CredentialFailures;
  readonly breakGlass: BreakGlass;
}

/** Actions that a grant in an emergency opens. */
const openedByBreakGlass: ReadonlySet<Action> = new Set(['record.read', 'transcript.read']);

export function createGuard(services: GuardServices): Guard {
  const { config, log, audit, origins, recognise, failures, breakGlass } = services;
  const mustBeEncrypted = !config.insecureNetwork && !isLoopback(config.host);

  const append = async (
    request: FastifyRequest,
    action: AccessAuditAction,
    event: {
      readonly who?: Identity | undefined;
      readonly what?: string | undefined;
      readonly reason?: string | undefined;
    },
  ): Promise<void> => {
    const { who, what, reason } = event;
    await audit.append({
      action,
      outcome: action === 'access.failed' ? 'failure' : 'denied',
      who: who && auditedIdentity(who),
      from: request.ip,
      what,
      reason,
    });
  };

  const deny = async (request: FastifyRequest, action: Action, what?: string): Promise<void> => {
    const who = request.authentication?.identity;
    log.warn('access denied', { action, role: who?.role });
    await append(request, 'access.denied', { who, what, reason: action });
  };

  /** Throws if the request came over a connection that nobody may use. */
  const requireSafeWay = ({ headers, protocol }: FastifyRequest, action: Action | undefined): void => {
    if (!origins.hostAllowed(headers)) throw new RequestError('host_not_allowed');
    if (mustBeEncrypted && protocol !== 'https' && action !== 'health.probe')
      throw new RequestError('encryption_required');
  };

  const decide = async (request: FastifyRequest, action: Action): Promise<void> => {
    if (isOpenToAnyone(action)) return;
    if (!origins.originAllowed(request.headers)) throw new RequestError('origin_not_allowed');
    request.authentication = await identify(request);
    if (scopeOf(action, request.authentication.identity.role) !== 'none') return;
    await deny(request, action);
    throw new RequestError('forbidden');
  };

  const identify = async (request: FastifyRequest): Promise<Authentication> => {
    const recognition = await recognise(request);
    if (!recognition.ok) throw await failureOf(request, recognition);
    const { authentication } = recognition;
    if (isForged(request, authentication.identity)) throw new RequestError('origin_not_allowed');
    return authentication;
  };

  /**
   * Whether a foreign page may have made the browser send this request, which adds cookies and certificates by
   * itself. Programs that show a certificate send no `Origin`; browsers, which have the cookies, do.
   */
  const isForged = (request: FastifyRequest, { kind }: Identity): boolean => {
    if (!isRecognisedByBrowser(request) || !changesSomething(request)) return false;
    const isBrowser = kind === 'user' || (kind === 'certificate' && request.headers.origin !== undefined);
    return isBrowser && !origins.isOwnPage(request.headers);
  };

  const failureOf = async (
    request: FastifyRequest,
    recognition: Exclude<Recognition, { ok: true }>,
  ): Promise<RequestError> => {
    if (!recognition.shown) return new RequestError('unauthenticated');
    // Every login ends at some point, and nobody can guess a cookie: a ward behind one address must not lock itself
    // out.
    if (isEndedLogin(request, recognition.code)) return new RequestError(recognition.code);
    const waitSeconds = failures.fail(addressKey(request.ip), shownBy(request));
    // Whoever goes on is told no more and does not fill the audit log.
    if (waitSeconds !== undefined) return new RequestError('locked_out', {}, waitSeconds);
    await append(request, 'access.failed', { reason: recognition.code });
    return new RequestError(recognition.code);
  };

  return {
    admit: async (request) => {
      const action = request.is404 ? undefined : request.routeOptions.config.action;
      requireSafeWay(request, action);
      if (action === undefined) return;
      try {
        await decide(request, action);
      } catch (error) {
        if (!request.ws || !(error instanceof RequestError)) throw error;
        request.refusal = error;
      }
    },
    authorise: async (request, action, ownership, hiddenAs, what) => {
      const identity = request.authentication?.identity;
      if (identity !== undefined) {
        if (isPermitted(action, identity, ownership)) return undefined;
        const reason =
          openedByBreakGlass.has(action) && isPermitted('record.break-glass', identity, ownership)
            ? breakGlass.reasonOf(identity, what)
            : undefined;
        if (reason !== undefined) return reason;
      }
      await deny(request, action, what);
      throw new RequestError(hiddenAs);
    },
  };
}

function isEndedLogin(request: FastifyRequest, code: ErrorCode): boolean {
  return (
    code === 'credential_expired' && isRecognisedByBrowser(request) && loginCookieOf(request) !== undefined
  );
}

/** Sockets are opened by GET, but more than reading is done over them. */
function changesSomething({ method, ws }: FastifyRequest): boolean {
  return ws || !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

/** Who makes a request that was let in. */
export function requireIdentity(request: FastifyRequest): Identity {
  return requireAuthentication(request).identity;
}

/** As `requireIdentity`, but with the means to ask later whether it still holds. */
export function requireAuthentication({ authentication }: FastifyRequest): Authentication {
  if (authentication === undefined) throw new RequestError('unauthenticated');
  return authentication;
}
