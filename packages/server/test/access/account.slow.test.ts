import { describe, expect, test } from 'vitest';
import { createAccounts } from '../../src/access/accounts.js';
import { createPasswords } from '../../src/access/passwords.js';
import { createRecoveryCodes } from '../../src/access/recovery-codes.js';
import { connectOptedIn } from '../support/client.js';
import { describeDatabases } from '../support/databases.js';
import {
  bearer,
  postJson,
  refusal,
  startGuardedServer,
  type GuardedServer,
} from '../support/guarded-server.js';
import { BY_SERVER } from '../support/access.js';
import { openTestStorage } from '../support/storage.js';
import { accessSeal } from '../../src/access/seal.js';
import { createUsers } from '../../src/access/users.js';
import { codeOf, cookieOf, createUser, logIn, type CreatedUser } from '../support/people.js';

const NEW_PASSWORD = 'correct horse battery staple';

describe('somebody who is logged in', () => {
  test('sees their own account, and a key has none', async () => {
    const { server, headers } = await loggedIn();
    const account = await fetch(`${server.url}/api/v1/account`, { headers });
    expect(await account.json()).toEqual({ name: 'dr.who', usesCodes: false, recoveryCodesLeft: 0 });
    const key = bearer(await server.keyOf('clinician'));
    expect(await refusal(await fetch(`${server.url}/api/v1/account`, { headers: key }))).toEqual({
      status: 404,
      code: 'account_not_found',
    });
  });

  test('can change the password, which ends logins in other browsers but not this one', async () => {
    const { server, user, headers } = await loggedIn({ revalidateSeconds: '0.05' });
    const elsewhere = { cookie: await cookieOf(server, user), origin: server.url };
    const other = await connectOptedIn(server.url, { headers: elsewhere });
    const own = await connectOptedIn(server.url, { headers });
    const changed = await change(server, headers, 'password', {
      password: user.password,
      newPassword: NEW_PASSWORD,
    });
    expect(changed.status).toBe(204);
    expect(await other.closed).toBe(4401);
    expect((await fetch(`${server.url}/api/v1/identity`, { headers: elsewhere })).status).toBe(401);
    expect((await fetch(`${server.url}/api/v1/identity`, { headers })).status).toBe(200);
    expect(own.socket.readyState).toBe(own.socket.OPEN);
    expect((await logIn(server, user)).status).toBe(401);
    expect((await logIn(server, { ...user, password: NEW_PASSWORD })).status).toBe(200);
    for (const text of [server.log(), JSON.stringify(await server.audited())])
      expect(text).not.toContain(NEW_PASSWORD);
    expect(await server.audited()).toContainEqual(
      expect.objectContaining({
        action: 'account.password',
        outcome: 'success',
        subject: `user:${user.id}`,
      }),
    );
  });

  test('can log in with a password in another Unicode normalization', async () => {
    const { server, user, headers } = await loggedIn();
    const newPassword = 'Zoë läuft über Brücken';
    await change(server, headers, 'password', { password: user.password, newPassword });
    expect((await logIn(server, { ...user, password: newPassword.normalize('NFD') })).status).toBe(200);
  });

  test.each([
    ['short', 'Tr0ub4dor&3'],
    ['of few characters', 'abababababababab'],
    ['that holds the name', 'I am Dr.Who the first'],
  ])('cannot choose a password %s', async (_why, newPassword) => {
    const { server, user, headers } = await loggedIn();
    const response = await change(server, headers, 'password', { password: user.password, newPassword });
    expect(await response.json()).toMatchObject({
      error: {
        code: 'password_too_weak',
        field: 'newPassword',
        limit: expect.stringContaining('12') as string,
      },
    });
    expect(response.status).toBe(400);
    expect((await logIn(server, user)).status).toBe(200);
  });

  test('cannot choose their current password again', async () => {
    const { server, user, headers } = await loggedIn();
    const same = { password: user.password, newPassword: user.password };
    expect(await refusal(await change(server, headers, 'password', same))).toMatchObject({ status: 400 });
  });

  test.each(['password', 'authenticator', 'recovery-codes'])(
    'needs the current password for a new %s, and waits after too many wrong ones',
    async (what) => {
      const { server, user, headers } = await loggedIn();
      const order = (password: string) => ({
        password,
        ...(what === 'password' && { newPassword: NEW_PASSWORD }),
      });
      for (let count = 0; count < 6; count++)
        expect(await refusal(await change(server, headers, what, order('wrong')))).toEqual({
          status: 403,
          code: 'password_wrong',
        });
      const locked = await change(server, headers, what, order(user.password));
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refusal(locked)).toEqual({ status: 429, code: 'locked_out' });
      const failures = (await server.audited()).filter(({ action }) => action === `account.${what}`);
      expect(failures).toHaveLength(6);
      expect(failures[0]).toMatchObject({ outcome: 'failure', reason: 'password_wrong' });
    },
  );

  test('cannot change anything from a page of a foreign origin', async () => {
    const { server, user, headers } = await loggedIn();
    const foreign = { ...headers, origin: 'http://localhost:9999' };
    const order = { password: user.password, newPassword: NEW_PASSWORD };
    expect(await refusal(await change(server, foreign, 'password', order))).toEqual({
      status: 403,
      code: 'origin_not_allowed',
    });
  });
});

describe('an authenticator', () => {
  test('takes effect once a code confirms it, and comes with recovery codes', async () => {
    const { server, user, headers } = await loggedIn();
    const offered = await change(server, headers, 'authenticator', { password: user.password });
    expect(offered.status).toBe(201);
    expect(offered.headers.get('cache-control')).toBe('no-store');
    const offer = (await offered.json()) as { secret: string; codeSetup: string };
    expect(offer.codeSetup).toContain(`secret=${offer.secret}`);
    expect((await logIn(server, user)).status).toBe(200);
    const wrong = codeOf(offer) === '000000' ? '000001' : '000000';
    expect(await refusal(await change(server, headers, 'authenticator/confirm', { code: wrong }))).toEqual({
      status: 403,
      code: 'code_wrong',
    });
    const code = codeOf(offer);
    const confirmed = await change(server, headers, 'authenticator/confirm', { code });
    const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] };
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const each of recoveryCodes) expect(each).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(await refusal(await logIn(server, user))).toMatchObject({ code: 'code_required' });
    // The code that confirmed it is taken.
    expect((await logIn(server, { ...user, code })).status).toBe(401);
    expect((await logIn(server, { ...user, code: codeOf(offer, 1) })).status).toBe(200);
    expect(await refusal(await change(server, headers, 'authenticator/confirm', { code }))).toEqual({
      status: 409,
      code: 'authenticator_not_offered',
    });
    const rows = JSON.stringify(await server.database.db.selectFrom('recovery_codes').selectAll().execute());
    for (const text of [server.log(), JSON.stringify(await server.audited()), rows])
      for (const hidden of [
        offer.secret,
        recoveryCodes[0] ?? '',
        recoveryCodes[0]?.replaceAll('-', '') ?? '',
      ])
        expect(text).not.toContain(hidden);
  });

  test('that is replaced is no longer valid, nor are its recovery codes', async () => {
    const { server, user, headers } = await loggedIn();
    const first = await enrol(server, headers, user);
    const second = await enrol(server, headers, user);
    expect((await logIn(server, { ...user, code: codeOf(first.offer, 1) })).status).toBe(401);
    expect((await logIn(server, { ...user, code: first.recoveryCodes[0] ?? '' })).status).toBe(401);
    expect((await logIn(server, { ...user, code: second.recoveryCodes[0] ?? '' })).status).toBe(200);
  });

  test('can be confirmed for ten minutes', async () => {
    const server = await startGuardedServer();
    let at = new Date('2026-01-01T08:00:00.000Z');
    const seal = {
      close: (plain: Uint8Array) => Buffer.from(plain),
      open: (sealed: Uint8Array) => Buffer.from(sealed),
    };
    const accounts = createAccounts({
      ...server.services,
      passwords: createPasswords(),
      recoveryCodes: createRecoveryCodes(server.services),
      seal,
      now: () => at,
    });
    accounts.offerAuthenticator('someone', 'dr.who');
    expect(accounts.tryAuthenticator('someone', '12345')).toEqual({ kind: 'wrong' });
    expect(accounts.tryAuthenticator('other', '12345')).toEqual({ kind: 'not-offered' });
    at = new Date(at.getTime() + 600_000);
    expect(accounts.tryAuthenticator('someone', '12345')).toEqual({ kind: 'not-offered' });
  });
});

describe('a recovery code', () => {
  test('replaces a code at a login, once, however it is typed, and is audited', async () => {
    const { server, user, headers } = await loggedIn();
    const { recoveryCodes } = await enrol(server, headers, user);
    const [code = '', another = ''] = recoveryCodes;
    const typed = ` ${code.toUpperCase().replaceAll('-', ' ')} `;
    const response = await logIn(server, { ...user, code: typed });
    expect(response.status).toBe(200);
    expect((await logIn(server, { ...user, code })).status).toBe(401);
    expect((await logIn(server, { ...user, password: 'wrong', code: another })).status).toBe(401);
    expect(await left(server, headers)).toBe(9);
    const kinds = (await server.audited()).map(({ action }) => action);
    expect(kinds.filter((kind) => kind === 'login.recovery-code')).toHaveLength(1);
  });

  test('is not valid for another user', async () => {
    const { server, user, headers } = await loggedIn();
    const { recoveryCodes } = await enrol(server, headers, user);
    const other = await createUser(server, { name: 'dr.lee' });
    expect((await logIn(server, { ...other, code: recoveryCodes[0] ?? '' })).status).toBe(401);
    expect(await left(server, headers)).toBe(10);
  });

  test('is no longer valid once there are new ones, or an administrator has reset the user', async () => {
    const { server, user, headers } = await loggedIn();
    const none = await change(server, headers, 'recovery-codes', { password: user.password });
    expect(await refusal(none)).toEqual({ status: 409, code: 'authenticator_missing' });
    const { recoveryCodes: before } = await enrol(server, headers, user);
    const renewed = await change(server, headers, 'recovery-codes', { password: user.password });
    const { recoveryCodes: after } = (await renewed.json()) as { recoveryCodes: string[] };
    expect((await logIn(server, { ...user, code: before[0] ?? '' })).status).toBe(401);
    expect((await logIn(server, { ...user, code: after[0] ?? '' })).status).toBe(200);
    const admin = bearer(await server.keyOf('administrator'));
    const reset = await postJson(`${server.url}/api/v1/users/${user.id}/reset`, {}, admin);
    const { password } = (await reset.json()) as { password: string };
    expect((await logIn(server, { ...user, password, code: after[1] ?? '' })).status).toBe(401);
  });
});

describeDatabases('recovery codes', ({ settings }) => {
  test('are used up by only one of several logins that try the same code at once', async () => {
    const where = settings();
    const storage = await openTestStorage(where);
    const recoveryCodes = createRecoveryCodes(storage);
    const seal = accessSeal(where);
    const services = { ...storage, passwords: createPasswords(), recoveryCodes, seal };
    const users = createUsers(services);
    const accounts = createAccounts(services);
    const order = { tenant: 't', name: 'n', role: 'clinician' as const, groups: [], usesCodes: true };
    const user = await users.create({ ...order, createdBy: undefined }, BY_SERVER);
    if (user === undefined) throw new Error('the name is taken');
    const [code = ''] = await accounts.renewRecoveryCodes(user.id, { by: BY_SERVER });
    const tried = await Promise.all(Array.from({ length: 8 }, () => users.check('n', user.password, code)));
    expect(tried.filter(({ kind }) => kind === 'right')).toHaveLength(1);
    expect(await recoveryCodes.left(user.id)).toBe(9);
    await users.reset(user.id, BY_SERVER);
    expect(await recoveryCodes.left(user.id)).toBe(0);
  });
});

interface LoggedIn {
  readonly server: GuardedServer;
  readonly user: CreatedUser;
  /** The headers that a logged-in browser sends. */
  readonly headers: Record<string, string>;
}

async function loggedIn(settings: Parameters<typeof startGuardedServer>[0] = {}): Promise<LoggedIn> {
  const server = await startGuardedServer(settings);
  const user = await createUser(server, { usesCodes: false });
  return { server, user, headers: { cookie: await cookieOf(server, user), origin: server.url } };
}

function change(
  { url }: GuardedServer,
  headers: Record<string, string>,
  what: string,
  order: object,
): Promise<Response> {
  return postJson(`${url}/api/v1/account/${what}`, order, headers);
}

async function enrol(server: GuardedServer, headers: Record<string, string>, { password }: CreatedUser) {
  const offered = await change(server, headers, 'authenticator', { password });
  const offer = (await offered.json()) as { secret: string; codeSetup: string };
  const confirmed = await change(server, headers, 'authenticator/confirm', { code: codeOf(offer) });
  expect(confirmed.status).toBe(200);
  const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: readonly string[] };
  return { offer, recoveryCodes };
}

async function left({ url }: GuardedServer, headers: Record<string, string>): Promise<number> {
  const account = await fetch(`${url}/api/v1/account`, { headers });
  return ((await account.json()) as { recoveryCodesLeft: number }).recoveryCodesLeft;
}
