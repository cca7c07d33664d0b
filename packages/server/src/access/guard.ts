import type { ErrorCode } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../config/loopback.js';
import type { Config } from '../config/schema.js';
import { RequestError } from '../errors.js';
import type { OriginPolicy } from '../http/origins.js';
import type { Log } from '../telemetry/log.js';
import type { AccessAudit } from './access-audit.js';
import type { Authentication } from './authentication.js';
import type { BreakGlass } from './break-glass.js';
import type { CredentialFailures } from './credential-failures.js';
import { createIdentify } from './identify.js';
import type { Identity, Ownership } from './identity.js';
import { isOpenToAnyone, isPermitted, scopeOf, type Action } from './permissions.js';
import type { Authenticate } from './authenticate.js';
import { createRefusalAudit } from './refusal-audit.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request to this route does: a row of the table of permissions. A route without one is not added. */
    action?: Action;
    /** Whether this route also takes credentials in the forms in which clients of other services send them. */
    takesForeignCredentials?: boolean;
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
  readonly authenticate: Authenticate;
  readonly failures: CredentialFailures;
  readonly breakGlass: BreakGlass;
}

/** Actions that a grant in an emergency opens. */
const openedByBreakGlass: ReadonlySet<Action> = new Set(['record.read', 'transcript.read']);

/** Admits by the table of permissions, and by how a request came. */
export function createGuard(services: GuardServices): Guard {
  const { log, audit, origins, authenticate, failures, breakGlass } = services;
  const refusals = createRefusalAudit(audit, log);
  const identify = createIdentify({ authenticate, failures, origins, refusals });

  const decide = async (request: FastifyRequest, action: Action): Promise<void> => {
    if (isOpenToAnyone(action)) return;
    if (!origins.originAllowed(request.headers)) throw new RequestError('origin_not_allowed');
    request.authentication = await identify(request);
    if (scopeOf(action, request.authentication.identity.role) !== 'none') return;
    await refusals.denied(request, action);
    throw new RequestError('forbidden');
  };

  return {
    admit: async (request) => {
      const action = request.is404 ? undefined : request.routeOptions.config.action;
      requireSafeWay(request, action, services);
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
      await refusals.denied(request, action, what);
      throw new RequestError(hiddenAs);
    },
  };
}

/** Throws if the request came over a connection that must not be used, such as an unencrypted one. */
function requireSafeWay(
  { headers, protocol }: FastifyRequest,
  action: Action | undefined,
  { config, origins }: Pick<GuardServices, 'config' | 'origins'>,
): void {
  if (!origins.hostAllowed(headers)) throw new RequestError('host_not_allowed');
  const mustBeEncrypted = !config.insecureNetwork && !isLoopback(config.host);
  if (mustBeEncrypted && protocol !== 'https' && action !== 'health.probe')
    throw new RequestError('encryption_required');
}

/** Who makes a request that was let in. */
export function requireIdentity(request: FastifyRequest): Identity {
  return requireAuthentication(request).identity;
}

/** As `requireIdentity`, but with the means to ask later whether the credential is still valid. */
export function requireAuthentication({ authentication }: FastifyRequest): Authentication {
  if (authentication === undefined) throw new RequestError('unauthenticated');
  return authentication;
}
