import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import type { Config } from '../config/schema.js';
import type { Log } from '../telemetry/log.js';
import { EXPIRED, NOT_VALID, authenticatedUntil, type AuthenticationResult } from './authentication.js';
import { DEFAULT_TENANT, isGrantableRole, type Identity } from './identity.js';

/** Tokens that an OpenID Connect issuer signs. */
export interface Tokens {
  /** Finds out whose token `text` is. */
  readonly authenticate: (text: string) => Promise<AuthenticationResult>;
}

type TokenSettings = Pick<
  Config,
  | 'oidcIssuer'
  | 'oidcAudience'
  | 'oidcAlgorithms'
  | 'oidcClockSkewSeconds'
  | 'oidcTenantClaim'
  | 'oidcRoleClaim'
  | 'oidcGroupsClaim'
>;

/**
 * How long the issuer's keys are trusted without asking again, and how soon it is asked again about an unknown one.
 */
const KEYS_FRESH_MS = 600_000;
const KEYS_COOLDOWN_MS = 10_000;
const PATIENCE_MS = 5000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * Tokens of the issuer in the settings; undefined if none is set. The issuer is asked for its keys when the first
 * token comes, when they are old, and when a token names a key that is not among them.
 */
export function createTokens(
  settings: TokenSettings,
  log: Log,
  keysCooldownMs = KEYS_COOLDOWN_MS,
): Tokens | undefined {
  const { oidcIssuer: issuer, oidcAudience: audience } = settings;
  if (issuer === undefined || audience === undefined) return undefined;
  let keys: Promise<JWTVerifyGetKey> | undefined;

  /** The issuer may be unreachable when the server starts, so each token asks again until it has answered. */
  const keysOf = (): Promise<JWTVerifyGetKey> => {
    keys ??= discoverKeys(issuer, keysCooldownMs).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };

  return {
    authenticate: async (text) => {
      try {
        const { payload } = await jwtVerify(text, await keysOf(), {
          issuer,
          audience,
          algorithms: [...settings.oidcAlgorithms],
          clockTolerance: settings.oidcClockSkewSeconds,
          requiredClaims: ['sub', 'exp'],
        });
        return resultOf(payload, settings);
      } catch (error) {
        if (error instanceof errors.JWTExpired) return EXPIRED;
        if (isIssuerTrouble(error)) log.error('the OpenID Connect issuer cannot be asked for its keys');
        return NOT_VALID;
      }
    },
  };
}

async function discoverKeys(issuer: string, cooldownDuration: number): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = discovery.parse(await (await getOf(url)).json());
  if (found.issuer !== issuer) throw new IssuerTrouble();
  if (found.jwks_uri.startsWith('http:') && issuer.startsWith('https:')) throw new IssuerTrouble();
  return createRemoteJWKSet(new URL(found.jwks_uri), {
    cacheMaxAge: KEYS_FRESH_MS,
    cooldownDuration,
    timeoutDuration: PATIENCE_MS,
    // Without redirects, since nothing vouches for keys from any address but the discovered one.
    [customFetch]: (target, options) => fetch(target, { ...options, redirect: 'error' }),
  });
}

async function getOf(url: string): Promise<Response> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new IssuerTrouble();
  return response;
}

class IssuerTrouble extends Error {}

/** Whether the error is not the token's fault. */
function isIssuerTrouble(error: unknown): boolean {
  return (
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === 'ERR_JOSE_GENERIC'
  );
}

function resultOf(payload: JWTPayload, settings: TokenSettings): AuthenticationResult {
  const role = namesIn(payload, settings.oidcRoleClaim).find(isGrantableRole);
  const [tenant = DEFAULT_TENANT] = namesIn(payload, settings.oidcTenantClaim);
  const { sub, exp } = payload;
  if (role === undefined || sub === undefined || exp === undefined) return NOT_VALID;
  const identity: Identity = {
    tenant,
    subject: `token:${sub}`,
    kind: 'token',
    role,
    groups: namesIn(payload, settings.oidcGroupsClaim),
  };
  return authenticatedUntil(identity, (exp + settings.oidcClockSkewSeconds) * 1000);
}

/** The names in a claim, which may be one text or a list. A dot leads into an object: `realm_access.roles`. */
function namesIn(payload: JWTPayload, claim: string): string[] {
  const whole: unknown = payload[claim];
  const value = whole ?? claim.split('.').reduce<unknown>(memberOf, payload);
  return [value].flat().filter((name) => typeof name === 'string' && name !== '') as string[];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
