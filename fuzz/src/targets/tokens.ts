import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@auscult/server';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createTokens, type Tokens } from '../../../packages/server/dist/access/tokens.js';
import { mustHold, type FuzzTarget } from '../target.js';

const AUDIENCE = 'auscult';
const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const;

/**
 * Tokens of an issuer. `HEADER`, `PAYLOAD` and `SIGNATURE` stand for the parts of a valid token. An input that begins
 * with `sign:` goes on with claims in JSON, which the issuer signs.
 */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: { ms: 40, msPerKiB: 2 },
  share: 0.2,
  prepare: async () => {
    const { tokens, sign } = await issuer();
    const right = await sign({ sub: 'u1', role: 'clinician', tenant: 'a' });
    const [header = '', payload = '', signature = ''] = right.split('.');
    const signedPart = `${header}.${payload}.`;
    return async (input) => {
      const text = input.toString('latin1');
      if (text.startsWith(SIGN)) return checkClaims(tokens, sign, text.slice(SIGN.length));
      const shown = text
        .replace('HEADER', header)
        .replace('PAYLOAD', payload)
        .replace('SIGNATURE', signature);
      const result = await tokens.authenticate(shown);
      mustHold(!result.ok || shown.startsWith(signedPart), 'only a token that the issuer signed is accepted');
    };
  },
};

const SIGN = 'sign:';

type Sign = (claims: Record<string, unknown>) => Promise<string>;

async function checkClaims(tokens: Tokens, sign: Sign, json: string): Promise<void> {
  let claims: unknown;
  try {
    claims = JSON.parse(json);
  } catch {
    return;
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return;
  // What cannot be signed, such as times that are not finite numbers, no issuer can send.
  const signed = await sign(claims as Record<string, unknown>).catch(() => undefined);
  if (signed === undefined) return;
  const result = await tokens.authenticate(signed);
  if (!result.ok) return;
  const { tenant, subject, role, groups } = result.authentication.identity;
  mustHold(typeof tenant === 'string' && tenant !== '', 'every identity has a tenant');
  mustHold(subject.startsWith('token:'), 'every subject has the prefix of tokens');
  mustHold(
    ['clinician', 'supervisor', 'auditor', 'administrator', 'service'].includes(role),
    'the role is one that can be granted',
  );
  mustHold(
    groups.every((group) => typeof group === 'string'),
    'groups are strings',
  );
}

/** An issuer on loopback, with a key of its own. */
async function issuer(): Promise<{ readonly tokens: Tokens; readonly sign: Sign }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
  const server = createServer((request, response) => {
    const answer =
      request.url === '/jwks' ? { keys: [jwk] } : { issuer: address, jwks_uri: `${address}/jwks` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const settings = {
    oidcIssuer: address,
    oidcAudience: AUDIENCE,
    oidcAlgorithms: [...ALGORITHMS],
    oidcClockSkewSeconds: 30,
    oidcTenantClaim: 'tenant',
    oidcRoleClaim: 'role',
    oidcGroupsClaim: 'realm_access.groups',
  };
  const tokens = createTokens(settings, createLog({ logLevel: 'silent', logFormat: 'json' }));
  if (tokens === undefined) throw new TypeError('an issuer is set');
  const sign: Sign = (claims) =>
    new SignJWT({ iss: address, aud: AUDIENCE, exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .sign(privateKey);
  return { tokens, sign };
}
