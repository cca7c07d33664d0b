import { describe, expect, test } from 'vitest';
import { createApiKeys } from '../../src/access/api-keys.js';
import {
  bearer,
  postJson,
  refusal,
  startGuardedServer,
  type GuardedServer,
} from '../support/guarded-server.js';
import { BY_SERVER } from '../support/access.js';

interface CreatedKey {
  readonly id: string;
  readonly secret: string;
  readonly tenant: string;
}

describe('an API key', () => {
  test('is created over HTTP, shown once, kept as a digest, listed, used and revoked', async () => {
    const server = await startGuardedServer();
    const headers = bearer(await server.keyOf('administrator', { tenant: 'north' }));
    const order = { name: 'ward 3', role: 'clinician', groups: ['ward-3'], expiresInDays: 30 };
    const response = await postJson(`${server.url}/api/v1/keys`, order, headers);
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const created = (await response.json()) as CreatedKey;
    expect(created).toMatchObject({ name: 'ward 3', role: 'clinician', tenant: 'north', groups: ['ward-3'] });
    expect(created.secret).toMatch(new RegExp(`^ausk_${created.id}_[\\w-]{43}$`));

    expect(await identity(server, created.secret)).toMatchObject({
      tenant: 'north',
      subject: `key:${created.id}`,
      role: 'clinician',
      groups: ['ward-3'],
    });
    const list = await (await fetch(`${server.url}/api/v1/keys`, { headers })).text();
    expect(list).toContain(created.id);
    expect(list).toContain('lastUsedAt');
    expect(list).not.toContain(created.secret);
    const row = await server.database.db
      .selectFrom('api_keys')
      .selectAll()
      .where('id', '=', created.id)
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(created.secret.slice(-43));

    const path = `${server.url}/api/v1/keys/${created.id}`;
    expect((await fetch(path, { method: 'DELETE', headers })).status).toBe(204);
    expect(await refused(server, created.secret)).toEqual({ status: 401, code: 'credential_expired' });
    const events = await server.audited();
    expect(events).toContainEqual(expect.objectContaining({ action: 'key.create', what: created.id }));
    expect(events).toContainEqual(expect.objectContaining({ action: 'key.revoke', what: created.id }));
    for (const text of [server.log(), JSON.stringify(events), await metricsOf(server)])
      expect(text).not.toContain(created.secret.slice(-43));
  });

  test('belongs to the tenant of its creator, and is not listed in another', async () => {
    const server = await startGuardedServer();
    const north = bearer(await server.keyOf('administrator', { tenant: 'north' }));
    const order = { name: 'n', role: 'service', tenant: 'south' };
    const response = await postJson(`${server.url}/api/v1/keys`, order, north);
    expect(await refusal(response)).toEqual({ status: 400, code: 'invalid_request' });
    const list = await fetch(`${server.url}/api/v1/keys`, {
      headers: bearer(await server.keyOf('administrator')),
    });
    expect(await list.text()).not.toContain('north');
  });

  test('expires', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('clinician', { expiresAt: new Date(Date.now() - 1) });
    expect(await refused(server, key)).toEqual({ status: 401, code: 'credential_expired' });
  });

  test('records its last use at most once a minute', async () => {
    const server = await startGuardedServer();
    let now = new Date('2026-01-01T00:00:00.000Z');
    const keys = createApiKeys(server.services, () => now);
    const order = { tenant: 't', name: 'n', role: 'service' as const, groups: [], expiresAt: undefined };
    const { id, secret } = await keys.create({ ...order, createdBy: undefined }, BY_SERVER);
    const usedAt = async () => (await keys.find(id))?.lastUsedAt;
    expect(await usedAt()).toBeUndefined();
    await keys.authenticate(secret);
    expect(await usedAt()).toBe('2026-01-01T00:00:00.000Z');
    now = new Date('2026-01-01T00:00:59.000Z');
    await keys.authenticate(secret);
    expect(await usedAt()).toBe('2026-01-01T00:00:00.000Z');
    now = new Date('2026-01-01T00:01:00.000Z');
    await keys.authenticate(secret);
    expect(await usedAt()).toBe('2026-01-01T00:01:00.000Z');
  });

  test('is accepted only whole and in its header', async () => {
    const server = await startGuardedServer({});
    const key = await server.keyOf('clinician');
    const other = await server.keyOf('clinician');
    const wrong = [
      key.slice(0, -1),
      `${key}a`,
      key.slice(0, 18) + other.slice(18),
      key.replace('ausk_', ''),
      key.toUpperCase(),
      `${key},${other}`,
      "' or 1=1 --",
      'ausk_000000000000_' + 'A'.repeat(43),
    ];
    for (const text of wrong)
      expect(await refused(server, text)).toEqual({ status: 401, code: 'unauthenticated' });
    const basic = Buffer.from(`${key}:`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    expect((await fetch(`${server.url}/api/v1/identity`, { headers })).status).toBe(401);
    for (const query of [`?key=${key}`, `?access_token=${key}`, `?authorization=Bearer%20${key}`])
      expect((await fetch(`${server.url}/api/v1/identity${query}`)).status).toBe(401);
    expect(await identity(server, key)).toMatchObject({ role: 'clinician' });
  });
});

describe('failures from one address', () => {
  test('lead to a wait and are no longer audited, while valid keys still work', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('clinician');
    for (let count = 0; count < 21; count++)
      expect(await refused(server, 'wrong')).toEqual({ status: 401, code: 'unauthenticated' });
    for (let count = 0; count < 5; count++) {
      const response = await fetch(`${server.url}/api/v1/identity`, { headers: bearer('wrong') });
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refusal(response)).toEqual({ status: 429, code: 'locked_out' });
    }
    expect(await identity(server, key)).toMatchObject({ role: 'clinician' });
    expect((await server.audited()).filter(({ action }) => action === 'access.failed')).toHaveLength(21);
  });
});

test('SQL in any field is treated as text', async () => {
  const server = await startGuardedServer();
  const headers = bearer(await server.keyOf('administrator'));
  const sql = `x'); drop table api_keys; -- " or ''='`;
  const created = await postJson(
    `${server.url}/api/v1/keys`,
    { name: sql, role: 'service', groups: [sql] },
    headers,
  );
  expect(await created.json()).toMatchObject({ name: sql, groups: [sql] });
  const user = await postJson(
    `${server.url}/api/v1/users`,
    { name: sql, role: 'clinician', groups: [sql], usesCodes: false },
    headers,
  );
  expect(await user.json()).toMatchObject({ name: sql, groups: [sql] });
  const path = encodeURIComponent(sql);
  for (const [method, route] of [
    ['DELETE', `/api/v1/keys/${path}`],
    ['POST', `/api/v1/users/${path}/disable`],
    ['POST', `/api/v1/users/${path}/reset`],
    ['GET', `/api/v1/transcriptions/${path}`],
  ] as const)
    expect([403, 404]).toContain((await fetch(server.url + route, { method, headers })).status);
  const login = { name: sql, password: sql, code: sql.slice(0, 10) };
  expect((await postJson(`${server.url}/api/v1/login`, login)).status).toBe(401);
  const reason = { record: sql, reason: `${sql} in the ward` };
  const clinician = bearer(await server.keyOf('clinician'));
  expect((await postJson(`${server.url}/api/v1/break-glass`, reason, clinician)).status).toBe(201);
  expect((await server.apiKeys.list()).length).toBeGreaterThan(2);
});

test('break-glass requires a reason, and is conspicuous in the audit log and the log', async () => {
  const server = await startGuardedServer();
  const headers = bearer(await server.keyOf('clinician'));
  const url = `${server.url}/api/v1/break-glass`;
  for (const reason of ['', 'why not', undefined])
    expect((await postJson(url, { record: 'r', reason }, headers)).status).toBe(400);
  const granted = await postJson(url, { record: 'r', reason: 'unconscious, on call' }, headers);
  expect(granted.status).toBe(201);
  expect(await server.audited()).toMatchObject([
    { action: 'access.break-glass', outcome: 'success', what: 'r', reason: 'unconscious, on call' },
  ]);
  expect(server.log()).toContain('BREAK-GLASS');
  expect(server.log()).not.toContain('unconscious');
});

async function identity({ url }: GuardedServer, key: string): Promise<unknown> {
  return (await fetch(`${url}/api/v1/identity`, { headers: bearer(key) })).json();
}

async function refused({ url }: GuardedServer, key: string) {
  return refusal(await fetch(`${url}/api/v1/identity`, { headers: bearer(key) }));
}

async function metricsOf(server: GuardedServer): Promise<string> {
  const headers = bearer(await server.keyOf('service'));
  return (await fetch(`${server.url}/metrics`, { headers })).text();
}
