import { URI } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { createCredentialFailures } from '../../src/access/credential-failures.js';
import { createFailureLimit, addressKey } from '../../src/access/failure-limit.js';
import { createLogins, type Logins } from '../../src/access/logins.js';
import { stepOfCode } from '../../src/access/one-time-codes.js';
import { createPasswords } from '../../src/access/passwords.js';
import { createRecoveryCodes } from '../../src/access/recovery-codes.js';
import type { User } from '../../src/access/user.js';
import { createUsers, type Users } from '../../src/access/users.js';
import { connect, connectOptedIn } from '../support/client.js';
import {
  bearer,
  postJson,
  refusal,
  startGuardedServer,
  type GuardedServer,
} from '../support/guarded-server.js';
import { BY_SERVER } from '../support/access.js';
import { codeOf, cookieOf, createUser, logIn } from '../support/people.js';

describe('somebody who logs in', () => {
  test('gives a password and a code, and gets a cookie that scripts cannot read', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server, { role: 'supervisor', groups: ['ward-3'] });
    const response = await logIn(server, { ...user, name: ' DR.WHO ', code: codeOf(user) });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      tenant: 'default',
      subject: `user:${user.id}`,
      kind: 'user',
      role: 'supervisor',
      groups: ['ward-3'],
      transcribes: true,
      permissions: expect.objectContaining({ 'record.read': 'group' }) as object,
      login: { name: 'dr.who', idleSeconds: 1800, endsInSeconds: expect.closeTo(12 * 3600, -2) as number },
    });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^auscult=[\w-]{43}; /);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).toContain('Path=/');
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect(await identity(server, headers)).toMatchObject({ subject: `user:${user.id}` });
    const rows = await server.database.db.selectFrom('users').selectAll().execute();
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    const secret = URI.parse(user.codeSetup ?? '').secret;
    expect(Buffer.from(rows[0]?.code_secret ?? '').includes(Buffer.from(secret.bytes))).toBe(false);
    for (const text of [server.log(), JSON.stringify(await server.audited()), JSON.stringify(rows)])
      for (const hidden of [user.password, secret.base32, headers.cookie.slice(8)])
        expect(text).not.toContain(hidden);

    const client = await connectOptedIn(server.url, { headers: { ...headers, origin: server.url } });
    client.socket.close();
    const out = await fetch(`${server.url}/api/v1/logout`, {
      method: 'POST',
      headers: { ...headers, origin: server.url },
    });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await fetch(`${server.url}/api/v1/identity`, { headers })).status).toBe(401);
    const kinds = (await server.audited()).map(({ action }) => action);
    expect(kinds.filter((kind) => kind.startsWith('log'))).toEqual(['login', 'logout']);
  });

  test('gets the same answer whatever is wrong, and cannot use a code twice', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server);
    const code = codeOf(user);
    const wrong = [
      { name: user.name, password: `${user.password}x`, code },
      { name: 'nobody', password: user.password, code },
      { name: user.name, password: `${user.password}x` },
      { name: user.name, password: user.password, code: code === '000000' ? '000001' : '000000' },
    ];
    const answers = [];
    for (const attempt of wrong) answers.push(await (await logIn(server, attempt)).text());
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('login_failed');
    expect((await logIn(server, { ...user, code })).status).toBe(200);
    expect(await refusal(await logIn(server, { ...user, code }))).toEqual({
      status: 401,
      code: 'login_failed',
    });
    expect(await refusal(await logIn(server, { name: user.name, password: user.password }))).toEqual({
      status: 401,
      code: 'code_required',
    });
    const asked = (await server.audited()).filter(({ action }) => action === 'login.code-asked');
    expect(asked).toMatchObject([{ outcome: 'denied', what: `user:${user.id}` }]);
    const failed = (await server.audited()).filter(({ action }) => action === 'login.failed');
    expect(failed.map(({ what }) => what)).toEqual([
      `user:${user.id}`,
      undefined,
      `user:${user.id}`,
      `user:${user.id}`,
      `user:${user.id}`,
    ]);
  });

  test('is locked out for a time after too many failures, also under an unknown name', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server, { usesCodes: false });
    for (const name of [user.name, 'nobody']) {
      for (let count = 0; count < 6; count++)
        expect((await logIn(server, { name, password: 'wrong' })).status).toBe(401);
      const locked = await logIn(server, { name, password: user.password });
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refusal(locked)).toEqual({ status: 429, code: 'locked_out' });
    }
    expect((await server.audited()).filter(({ action }) => action === 'login.locked')).toHaveLength(2);
  });

  test('cannot reset the failure limit by logging in as themselves in between', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server, { usesCodes: false });
    for (let count = 0; count < 20; count++) {
      expect((await logIn(server, { name: `other-${count}`, password: 'wrong' })).status).toBe(401);
      if (count % 7 === 0) expect((await logIn(server, user)).status).toBe(200);
    }
    expect((await logIn(server, { name: 'another', password: 'wrong' })).status).toBe(401);
    expect(await refusal(await logIn(server, user))).toEqual({ status: 429, code: 'locked_out' });
  });

  test('is not locked out by invalid credentials that a program at the same address sends', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server, { usesCodes: false });
    const id = (await server.keyOf('clinician')).slice('ausk_'.length, 'ausk_'.length + 12);
    const old = [`ausk_${id}_${'A'.repeat(43)}`, 'an.old.token', `aust_${'A'.repeat(43)}`, 'ausk_malformed'];
    const codes: string[] = [];
    for (const text of old)
      for (let count = 0; count < 22; count++) {
        const response = await fetch(`${server.url}/api/v1/identity`, { headers: bearer(text) });
        codes.push((await refusal(response)).code ?? '');
      }
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(4 * 21);
    expect((await logIn(server, user)).status).toBe(200);
    expect((await server.audited()).filter(({ action }) => action === 'access.failed')).toHaveLength(4 * 21);
  });

  test('is locked out after too many right passwords without a code, too', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server);
    const withoutCode = { name: user.name, password: user.password };
    for (let count = 0; count < 6; count++)
      expect(await refusal(await logIn(server, withoutCode))).toEqual({ status: 401, code: 'code_required' });
    expect(await refusal(await logIn(server, { ...user, code: codeOf(user) }))).toEqual({
      status: 429,
      code: 'locked_out',
    });
  });

  test('is logged out as soon as an administrator disables or resets them', async () => {
    const server = await startGuardedServer({ revalidateSeconds: '0.05' });
    const admin = bearer(await server.keyOf('administrator'));
    const user = await createUser(server, { usesCodes: false });
    const cookie = await cookieOf(server, user);
    const client = await connectOptedIn(server.url, { headers: { cookie, origin: server.url } });
    const path = `${server.url}/api/v1/users/${user.id}`;
    expect((await fetch(`${path}/disable`, { method: 'POST', headers: admin })).status).toBe(204);
    expect(await client.closed).toBe(4401);
    expect((await logIn(server, user)).status).toBe(401);
    const reset = await fetch(`${path}/reset`, { method: 'POST', headers: admin });
    const { password } = (await reset.json()) as { password: string };
    expect((await logIn(server, user)).status).toBe(401);
    await cookieOf(server, { ...user, password });
    const list = await (await fetch(`${server.url}/api/v1/users`, { headers: admin })).text();
    expect(list).toContain(user.id);
    expect(list).not.toContain('argon2');
  });

  test('has a name that no other user can take', async () => {
    const server = await startGuardedServer();
    const admin = bearer(await server.keyOf('administrator'));
    await createUser(server);
    const again = { name: 'Dr.Who', role: 'clinician' };
    const response = await postJson(`${server.url}/api/v1/users`, again, admin);
    expect(await refusal(response)).toEqual({ status: 409, code: 'name_taken' });
  });
});

describe('the cookie of a login', () => {
  test('is refused from pages of foreign origins', async () => {
    const server = await startGuardedServer({ allowedOrigins: 'https://clinic.example' });
    const cookie = await cookieOf(server, await createUser(server, { usesCodes: false }));
    const ticket = (origin?: string) =>
      fetch(`${server.url}/api/v1/tickets`, {
        method: 'POST',
        headers: { cookie, ...(origin && { origin }) },
      });
    for (const origin of ['https://evil.example', 'http://localhost:9999', 'null', undefined])
      expect(await refusal(await ticket(origin))).toEqual({ status: 403, code: 'origin_not_allowed' });
    expect((await ticket(server.url)).status).toBe(201);
    expect((await ticket('https://clinic.example')).status).toBe(201);
    const socket = await connect(server.url, { headers: { cookie, origin: 'http://localhost:9999' } });
    expect(await socket.closed).toBe(4403);
  });

  test('is not given to a login from a page of a foreign origin', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server, { usesCodes: false });
    const response = await logIn(server, user, { origin: 'http://localhost:9999' });
    expect(await refusal(response)).toEqual({ status: 403, code: 'origin_not_allowed' });
    expect((await logIn(server, user, { origin: server.url })).status).toBe(200);
  });

  test('expires after its idle time, and after its total time in any case', async () => {
    const server = await startGuardedServer();
    let at = new Date('2026-01-01T08:00:00.000Z');
    const clock = () => at;
    const { users } = usersOf(server, clock);
    const logins = createLogins({ loginIdleMinutes: 30, loginHours: 12 }, server.services, clock);
    const cookie = await start(server, logins, await someUser(users));
    const isKnown = async () => (await logins.authenticate(cookie)).ok;
    for (let hours = 0; hours < 12; hours += 0.48) {
      expect(await isKnown()).toBe(true);
      at = new Date(at.getTime() + 0.48 * 3_600_000);
    }
    expect(await isKnown()).toBe(false);
    const idle = await start(server, logins, await someUser(users, 'other'));
    at = new Date(at.getTime() + 30 * 60_000);
    expect(await logins.authenticate(idle)).toMatchObject({ ok: false, code: 'credential_expired' });
  });

  test('is kept alive by requests, even with a short idle time', async () => {
    const server = await startGuardedServer();
    let at = new Date('2026-01-01T08:00:00.000Z');
    const clock = () => at;
    const { users } = usersOf(server, clock);
    const logins = createLogins({ loginIdleMinutes: 1, loginHours: 1 }, server.services, clock);
    const cookie = await start(server, logins, await someUser(users));
    for (let count = 0; count < 10; count++) {
      at = new Date(at.getTime() + 40_000);
      expect(await logins.authenticate(cookie)).toMatchObject({ ok: true });
    }
    expect(await logins.read(cookie)).toMatchObject({ idleSeconds: 60, endsInSeconds: 3200 });
  });

  test('causes no lockout and no audit entries once it has ended', async () => {
    const server = await startGuardedServer();
    const user = await createUser(server, { usesCodes: false });
    const cookie = await cookieOf(server, user);
    const own = { cookie, origin: server.url };
    await fetch(`${server.url}/api/v1/logout`, { method: 'POST', headers: own });
    for (let count = 0; count < 25; count++) {
      const response = await fetch(`${server.url}/api/v1/identity`, { headers: own });
      expect(await refusal(response)).toEqual({ status: 401, code: 'credential_expired' });
    }
    expect((await logIn(server, user)).status).toBe(200);
    expect((await server.audited()).map(({ action }) => action)).not.toContain('access.failed');
  });
});

describe('a code', () => {
  // RFC 6238, appendix B, SHA-1, cut to six digits.
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d s is %s', (seconds, code) => {
    const secret = Buffer.from('12345678901234567890');
    const at = new Date(seconds * 1000);
    expect(stepOfCode(secret, code, at)).toBe(Math.floor(seconds / 30));
    expect(stepOfCode(secret, code, new Date(at.getTime() + 30_000))).toBe(Math.floor(seconds / 30));
    expect(stepOfCode(secret, code, new Date(at.getTime() + 90_000))).toBeUndefined();
    for (const wrong of ['', '28708', '2870822', ' 287082', '28708a'])
      expect(stepOfCode(secret, wrong, at)).toBeUndefined();
  });
});

describe('a limit of failures', () => {
  test('allows some, then doubles the wait up to a bound, and forgets in time', () => {
    let now = 0;
    const limit = createFailureLimit({
      most: 2,
      firstWaitSeconds: 10,
      longestWaitSeconds: 30,
      now: () => now,
    });
    expect([limit.fail('a'), limit.fail('a'), limit.waitSeconds('a')]).toEqual([false, false, undefined]);
    expect([limit.fail('a'), limit.waitSeconds('a')]).toEqual([true, 10]);
    expect([limit.fail('a'), limit.waitSeconds('a')]).toEqual([false, 20]);
    expect([limit.fail('a'), limit.waitSeconds('a')]).toEqual([false, 30]);
    expect([limit.fail('a'), limit.waitSeconds('a'), limit.waitSeconds('b')]).toEqual([false, 30, undefined]);
    now = 30_000;
    expect(limit.waitSeconds('a')).toBeUndefined();
    now = 40_000;
    expect([limit.fail('a'), limit.waitSeconds('a')]).toEqual([false, undefined]);
  });

  test('keeps at most 10,000 locked and 10,000 failed keys, and never forgets a locked one for a failed one', () => {
    const limit = createFailureLimit({ most: 2, firstWaitSeconds: 10, longestWaitSeconds: 30, now: () => 0 });
    const failThrice = (key: string) => {
      for (let count = 0; count < 3; count++) limit.fail(key);
    };
    failThrice('b');
    for (let other = 0; other < 20_000; other++) limit.fail(`other-${other}`);
    expect(limit.waitSeconds('b')).toBe(10);
    for (let other = 0; other < 10_000; other++) failThrice(`waiting-${other}`);
    expect(limit.waitSeconds('b')).toBeUndefined();
  });

  test('can take back the last failure, and no more', () => {
    const limit = createFailureLimit({ most: 2, firstWaitSeconds: 10, longestWaitSeconds: 30, now: () => 0 });
    for (let count = 0; count < 3; count++) limit.fail('a');
    limit.forgive('a');
    expect(limit.waitSeconds('a')).toBeUndefined();
    expect([limit.fail('a'), limit.waitSeconds('a')]).toEqual([true, 10]);
    limit.fail('b');
    limit.forgive('b');
    limit.forgive('b');
    expect([limit.fail('b'), limit.fail('b'), limit.fail('b')]).toEqual([false, false, true]);
  });

  test('counts each credential by itself, and all of an address up to about a hundred', () => {
    let now = 0;
    const failures = createCredentialFailures(() => now);
    const asked = (address: string, shown: string, times: number) =>
      Array.from({ length: times }, () => failures.fail(address, shown)).filter((wait) => wait === undefined)
        .length;
    expect(asked('a', 'old key', 500)).toBe(21);
    expect([asked('a', 'other key', 1), asked('b', 'old key', 1)]).toEqual([1, 1]);
    expect(Array.from({ length: 200 }, (_, key) => asked('a', `key ${key}`, 1)).filter(Boolean)).toHaveLength(
      101 - 22,
    );
    expect(asked('b', 'key', 1)).toBe(1);
    now = 60_000;
    expect(asked('a', 'old key', 10)).toBe(1);
  });

  test('counts an IPv6 network as one', () => {
    expect(addressKey('2001:db8:1:2::1')).toBe(addressKey('2001:db8:1:2:ffff::9'));
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'));
    expect(addressKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
  });
});

test('a password is verified against its hash, and never against a missing one', async () => {
  const passwords = createPasswords();
  const kept = await passwords.hash('correct horse');
  expect(await passwords.hash('correct horse')).not.toBe(kept);
  expect(await passwords.verify(kept, 'correct horse')).toBe(true);
  expect(await passwords.verify(kept, 'Correct horse')).toBe(false);
  expect(await passwords.verify(undefined, 'correct horse')).toBe(false);
});

async function start({ services }: GuardedServer, logins: Logins, user: User): Promise<string> {
  let cookie = '';
  await services.queue.submit(async (transaction) => {
    cookie = await logins.startIn(transaction, user);
  });
  return cookie;
}

function usersOf({ services }: GuardedServer, now: () => Date): { users: Users } {
  const seal = {
    close: (plain: Uint8Array) => Buffer.from(plain),
    open: (sealed: Uint8Array) => Buffer.from(sealed),
  };
  const recoveryCodes = createRecoveryCodes(services);
  return { users: createUsers({ ...services, passwords: createPasswords(), recoveryCodes, seal, now }) };
}

async function someUser(users: Users, name = 'someone'): Promise<User> {
  const order = { tenant: 't', name, role: 'clinician' as const, groups: [], usesCodes: false };
  const user = await users.create({ ...order, createdBy: undefined }, BY_SERVER);
  if (user === undefined) throw new Error('the name is taken');
  return user;
}

async function identity({ url }: GuardedServer, headers: Record<string, string>): Promise<unknown> {
  return (await fetch(`${url}/api/v1/identity`, { headers })).json();
}
