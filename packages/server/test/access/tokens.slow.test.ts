import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  SignJWT,
  type GenerateKeyPairResult,
  type JWTPayload,
} from 'jose';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTokens } from '../../src/access/tokens.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createLog } from '../../src/telemetry/log.js';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { bearer, refusal, startGuardedServer, type GuardedServer } from '../support/guarded-server.js';
import { until } from '../support/until.js';

const AUDIENCE = 'auscult';

describe('a token', () => {
  test('gives the identity in the configured claims', async () => {
    const issuer = await startIssuer();
    const server = await startWith(issuer, {
      oidcTenantClaim: 'org',
      oidcRoleClaim: 'realm_access.roles',
      oidcGroupsClaim: 'wards',
    });
    const token = await issuer.sign({
      org: 'north',
      realm_access: { roles: ['offline_access', 'supervisor', 'administrator'] },
      wards: ['w1', 'w2'],
    });
    expect(await identity(server, token)).toEqual({
      tenant: 'north',
      subject: 'token:dr-who',
      kind: 'token',
      role: 'supervisor',
      groups: ['w1', 'w2'],
      transcribes: true,
      permissions: expect.objectContaining({ 'record.read': 'group' }) as object,
    });
  });

  test.each<[string, (issuer: Issuer) => Promise<string>, string]>([
    ['expired', (issuer) => issuer.sign({}, { expiresAt: now() - 31 }), 'credential_expired'],
    ['not valid yet', (issuer) => issuer.sign({ nbf: now() + 60 }), 'unauthenticated'],
    ['for another audience', (issuer) => issuer.sign({}, { audience: 'other' }), 'unauthenticated'],
    ['of another issuer', (issuer) => issuer.sign({}, { issuer: 'https://evil.example' }), 'unauthenticated'],
    ['without an expiry', (issuer) => issuer.sign({}, { expiresAt: undefined }), 'unauthenticated'],
    ['without a subject', (issuer) => issuer.sign({ sub: undefined }), 'unauthenticated'],
    ['without a role', (issuer) => issuer.sign({ role: undefined }), 'unauthenticated'],
    ['of the role local', (issuer) => issuer.sign({ role: 'local' }), 'unauthenticated'],
    ['of an unknown role', (issuer) => issuer.sign({ role: 'root' }), 'unauthenticated'],
    [
      'signed by somebody else',
      async (issuer) => issuer.sign({}, { keys: await generateKeyPair('RS256', { extractable: true }) }),
      'unauthenticated',
    ],
    ['altered', alteredToken, 'unauthenticated'],
    ['unsigned', unsignedToken, 'unauthenticated'],
    ['signed with the public key as a shared secret', hmacToken, 'unauthenticated'],
    [
      'signed by an algorithm that is not set',
      (issuer) => issuer.sign({}, { alg: 'RS512' }),
      'unauthenticated',
    ],
    ['with a key of its own in the header', ownKeyToken, 'unauthenticated'],
    ['no token', () => Promise.resolve('a.b.c'), 'unauthenticated'],
    ['of endless dots', () => Promise.resolve('.'.repeat(5000)), 'unauthenticated'],
  ])('is refused if it is %s', async (_what, make, code) => {
    const issuer = await startIssuer();
    const server = await startWith(issuer);
    expect(await identity(server, await issuer.sign())).toMatchObject({ role: 'clinician' });
    const token = await make(issuer);
    const response = await fetch(`${server.url}/api/v1/identity`, { headers: bearer(token) });
    expect(await refusal(response)).toEqual({ status: 401, code });
    expect(server.log()).not.toContain(token);
  });

  test('is accepted within the clock skew', async () => {
    const issuer = await startIssuer();
    const server = await startWith(issuer, { oidcClockSkewSeconds: '120' });
    expect(await identity(server, await issuer.sign({}, { expiresAt: now() - 60 }))).toMatchObject({
      kind: 'token',
    });
  });

  test('signed by an unknown key makes the server fetch keys from the issuer, but not again and again', async () => {
    const issuer = await startIssuer();
    const server = await startWith(issuer);
    await identity(server, await issuer.sign());
    await issuer.rotate();
    // Keys are not asked for again at once: made-up keys must not cause requests.
    const asked = issuer.asked();
    const early = await fetch(`${server.url}/api/v1/identity`, { headers: bearer(await issuer.sign()) });
    expect(early.status).toBe(401);
    expect(issuer.asked()).toBe(asked);
  });

  test('may be signed by a new key as soon as the issuer may be asked again', async () => {
    const issuer = await startIssuer();
    const config = loadConfig({
      flags: { oidcIssuer: issuer.url, oidcAudience: AUDIENCE },
      environment: {},
    });
    const tokens = createTokens(config, createLog({ logLevel: 'silent', logFormat: 'json' }), 0);
    const former = await issuer.sign();
    expect(await tokens?.authenticate(former)).toMatchObject({ ok: true });
    await issuer.rotate();
    expect(await tokens?.authenticate(await issuer.sign())).toMatchObject({ ok: true });
    expect(await tokens?.authenticate(former)).toMatchObject({ ok: false });
    expect(issuer.asked()).toBe(3);
  });

  test('is accepted once an issuer that was away at the start is back', async () => {
    const issuer = await startIssuer();
    const server = await startWith(issuer);
    issuer.setAway(true);
    const token = await issuer.sign();
    expect((await fetch(`${server.url}/api/v1/identity`, { headers: bearer(token) })).status).toBe(401);
    expect(server.log()).toContain('the OpenID Connect issuer cannot be asked for its keys');
    issuer.setAway(false);
    expect(await identity(server, token)).toMatchObject({ kind: 'token' });
  });

  test('closes its socket when it expires, and the next token of the same person can resume the session', async () => {
    const issuer = await startIssuer();
    const server = await startWith(issuer, { revalidateSeconds: '0.05', oidcClockSkewSeconds: '0' });
    const expiresAt = now() + 3600;
    const short = await issuer.sign({}, { expiresAt });
    const client = await connectOptedIn(server.url, { headers: bearer(short) });
    client.send(silence(1));
    const { sessionId, resume: { token } = {} } = client.all('ready')[0] ?? {};
    await until(() => server.recognizer.streams.length === 1);
    vi.useFakeTimers({ toFake: ['Date'], now: 1000 * expiresAt });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    expect(await client.closed).toBe(4401);
    const resume = async (claims: JWTPayload) => {
      const headers = bearer(await issuer.sign(claims));
      const back = await connect(server.url, {
        headers,
        path: '/ws/transcribe?resume',
        protocols: ['auscult.v1'],
      });
      back.send({ type: 'resume', sessionId, token, next: [0] });
      return back;
    };
    expect(await (await resume({ sub: 'somebody-else' })).closed).toBe(4410);
    expect(await (await resume({ tenant: 'other' })).closed).toBe(4410);
    expect(await (await resume({})).next('resumed')).toMatchObject({ receivedSamples: 16_000 });
  });
});

/** A small OpenID Connect issuer. */
interface Issuer {
  readonly url: string;
  readonly sign: (claims?: Claims, options?: SignOptions) => Promise<string>;
  readonly publicKey: () => GenerateKeyPairResult['publicKey'];
  /** Uses another key from now on, and publishes the former one no longer. */
  readonly rotate: () => Promise<void>;
  readonly setAway: (isAway: boolean) => void;
  /** How often its keys were asked for. */
  readonly asked: () => number;
}

/** Claims of a token in place of its usual ones; a claim that is undefined is left out. */
type Claims = { readonly [Claim in keyof JWTPayload]: JWTPayload[Claim] | undefined };

interface SignOptions {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresAt?: number | undefined;
  readonly alg?: string;
  readonly keys?: GenerateKeyPairResult;
}

async function startIssuer(): Promise<Issuer> {
  let keys = await generateKeyPair('RS256', { extractable: true });
  let number = 0;
  let isAway = false;
  let asked = 0;
  const server = createServer((request, response) => {
    if (isAway) return void response.writeHead(503).end();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration')
      return void response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }));
    asked += 1;
    void exportJWK(keys.publicKey).then((jwk) => {
      response.end(JSON.stringify({ keys: [{ ...jwk, kid: `key-${number}`, use: 'sig' }] }));
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    publicKey: () => keys.publicKey,
    sign: async (claims = {}, options = {}) => {
      const { issuer = url, audience = AUDIENCE, alg = 'RS256' } = options;
      const expiresAt = 'expiresAt' in options ? options.expiresAt : now() + 300;
      const payload = Object.entries({ sub: 'dr-who', role: 'clinician', ...claims });
      const token = new SignJWT(Object.fromEntries(payload.filter(([, claim]) => claim !== undefined)))
        .setProtectedHeader({ alg, kid: `key-${number}` })
        .setIssuer(issuer)
        .setAudience(audience);
      if (expiresAt !== undefined) token.setExpirationTime(expiresAt);
      const jwk = await exportJWK((options.keys ?? keys).privateKey);
      return token.sign(await importJWK(jwk, alg));
    },
    rotate: async () => {
      keys = await generateKeyPair('RS256', { extractable: true });
      number += 1;
    },
    setAway: (away) => {
      isAway = away;
    },
    asked: () => asked,
  };
}

async function alteredToken({ sign }: Issuer): Promise<string> {
  const [head, payload = '', signature] = (await sign()).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
  return [head, encode({ ...claims, role: 'administrator' }), signature].join('.');
}

async function unsignedToken({ sign }: Issuer): Promise<string> {
  const [, payload] = (await sign()).split('.');
  return `${encode({ alg: 'none' })}.${payload ?? ''}.`;
}

/** The classic confusion: whoever checks with the public key takes it for a shared secret. */
async function hmacToken({ sign, publicKey }: Issuer): Promise<string> {
  const [, payload] = (await sign()).split('.');
  const signed = `${encode({ alg: 'HS256', kid: 'key-0' })}.${payload ?? ''}`;
  const secret = await exportSPKI(publicKey());
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function ownKeyToken({ url }: Issuer): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return new SignJWT({ sub: 'dr-who', role: 'administrator' })
    .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(publicKey) })
    .setIssuer(url)
    .setAudience(AUDIENCE)
    .setExpirationTime('5m')
    .sign(privateKey);
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function startWith({ url }: Issuer, overrides = {}): Promise<GuardedServer> {
  return startGuardedServer({ oidcIssuer: url, oidcAudience: AUDIENCE, ...overrides });
}

async function identity({ url }: GuardedServer, token: string): Promise<unknown> {
  return (await fetch(`${url}/api/v1/identity`, { headers: bearer(token) })).json();
}
