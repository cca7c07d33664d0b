import { expect, test } from 'vitest';
import { loadMasterKeys, prependMasterKey } from '../../src/records/master-keys.js';
import { createTemplateStore, rewrapTemplates } from '../../src/templates/template-store.js';
import { filesBelow } from '../support/canary.js';
import {
  bearer,
  postJson,
  refusal,
  startGuardedServer,
  type GuardedServer,
} from '../support/guarded-server.js';
import { cookieOf, createUser } from '../support/people.js';

const PATH = '/api/v1/templates';
const EXAM = { name: 'Normal exam', text: 'Knee [[side: left | right]]: no [[finding]].' };

interface Body {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly version: number;
}

test('somebody has their own templates and those of the tenant, which administrators edit', async () => {
  const server = await startGuardedServer();
  const [doctor, other, admin] = await Promise.all([
    server.keyOf('clinician'),
    server.keyOf('clinician'),
    server.keyOf('administrator'),
  ]);
  const own = await created(server, doctor, EXAM);
  expect(own).toMatchObject({ ...EXAM, scope: 'own', version: 1 });
  const shared = await created(server, admin, { ...EXAM, name: 'chest pain', scope: 'tenant' });
  expect(await listed(server, doctor)).toMatchObject({
    templates: [own, shared],
    unreadable: 0,
    tenantEditable: false,
  });
  expect(await listed(server, other)).toMatchObject({ templates: [shared] });
  expect(await listed(server, admin)).toMatchObject({ templates: [shared], tenantEditable: true });
  const stranger = await server.keyOf('clinician', { tenant: 'north' });
  expect(await listed(server, stranger)).toMatchObject({ templates: [] });

  expect(await refusal(await create(server, doctor, { ...EXAM, scope: 'tenant' }))).toEqual({
    status: 403,
    code: 'forbidden',
  });
  for (const [key, { id }] of [
    [doctor, shared],
    [other, own],
    [admin, own],
    [stranger, shared],
  ] as const) {
    const changed = await change(server, key, id, { ...EXAM, version: 1 });
    expect(await refusal(changed)).toEqual({ status: 404, code: 'template_not_found' });
    expect((await destroy(server, key, id)).status).toBe(404);
  }
  expect((await change(server, admin, shared.id, { ...EXAM, version: 1 })).status).toBe(200);
  expect((await destroy(server, admin, shared.id, 2)).status).toBe(204);
  expect(await listed(server, other)).toMatchObject({ templates: [] });
  const audited = (await server.audited()).filter(({ action }) => action.startsWith('template.'));
  expect(audited.map(({ action, what, reason }) => [action, what, reason])).toEqual([
    ['template.create', own.id, 'own'],
    ['template.create', shared.id, 'tenant'],
    ['template.change', shared.id, 'tenant'],
    ['template.delete', shared.id, 'tenant'],
  ]);
});

test('of two changes of the same version one is refused, and so is a name that is said like another', async () => {
  const server = await startGuardedServer();
  const key = await server.keyOf('clinician');
  const { id } = await created(server, key, EXAM);
  const both = await Promise.all(
    ['one', 'two'].map((name) => change(server, key, id, { ...EXAM, name, version: 1 })),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await refusal(await destroy(server, key, id, 1))).toEqual({ status: 409, code: 'template_changed' });
  await created(server, key, EXAM);
  for (const name of ['normal-exam', ' Normal  EXAM.'])
    expect(await refusal(await create(server, key, { ...EXAM, name }))).toEqual({
      status: 409,
      code: 'template_name_taken',
    });
  expect(await refusal(await change(server, key, id, { ...EXAM, version: 2 }))).toMatchObject({
    code: 'template_name_taken',
  });
  expect((await change(server, key, id, { ...EXAM, name: 'three', version: 2 })).status).toBe(200);
});

test.each([
  [{ ...EXAM, name: '' }, 'name'],
  [{ ...EXAM, name: '...' }, 'name'],
  [{ ...EXAM, name: 'two\nlines' }, 'name'],
  [{ ...EXAM, name: 'x'.repeat(101) }, 'name'],
  [{ ...EXAM, text: '' }, 'text'],
  [{ ...EXAM, text: 'x'.repeat(10_001) }, 'text'],
  [{ ...EXAM, scope: 'all' }, 'scope'],
])('a template %# that cannot be used is refused, naming the field', async (body, field) => {
  const server = await startGuardedServer();
  const response = await create(server, await server.keyOf('clinician'), body);
  const { error } = (await response.json()) as { error: { field: string } };
  expect([response.status, error.field]).toEqual([400, field]);
});

test('a template is on no disk in the clear, opens only as what it is, and moves to a new master key', async () => {
  const server = await startGuardedServer();
  const key = await server.keyOf('clinician');
  await created(server, key, { name: 'Canary name', text: 'Canary text' });
  for (const [path, content] of filesBelow(server.dataDirectory))
    expect(content.includes('Canary'), path).toBe(false);
  expect(server.log() + (await server.metrics()) + JSON.stringify(await server.audited())).not.toContain(
    'Canary',
  );

  const { db } = server.database;
  const [row] = await db.selectFrom('templates').selectAll().execute();
  for (const altered of [{ version: 2 }, { changed_at: '2020-01-01T00:00:00.000Z' }]) {
    await db.updateTable('templates').set(altered).execute();
    expect(await listed(server, key)).toMatchObject({ templates: [], unreadable: 1 });
    await db
      .updateTable('templates')
      .set({ version: 1, changed_at: row?.changed_at ?? '' })
      .execute();
  }
  await prependMasterKey(`${server.dataDirectory}/master.key`);
  const masterKeys = await loadMasterKeys(server);
  await rewrapTemplates(server.database, masterKeys);
  const [moved] = await db.selectFrom('templates').selectAll().execute();
  expect(moved?.master_key_id).toBe(masterKeys.current().id);
  const store = createTemplateStore({ ...server.services, masterKeys });
  expect((await store.list({ tenant: 'default', subject: row?.owner ?? '' })).templates).toMatchObject([
    { name: 'Canary name', text: 'Canary text', version: 1 },
  ]);
});

test('templates are deleted with their user and with their key, and those of the tenant stay', async () => {
  const server = await startGuardedServer();
  const [admin, key] = await Promise.all([server.keyOf('administrator'), server.keyOf('clinician')]);
  await created(server, admin, { ...EXAM, scope: 'tenant' });
  await created(server, key, EXAM);
  const user = await createUser(server, { usesCodes: false });
  const headers = { cookie: await cookieOf(server, user), origin: server.url };
  expect((await postJson(server.url + PATH, EXAM, headers)).status).toBe(201);
  const owners = async (): Promise<readonly string[]> =>
    (await server.database.db.selectFrom('templates').select('owner').execute()).map(({ owner }) => owner);
  expect(await owners()).toHaveLength(3);
  await fetch(`${server.url}/api/v1/users/${user.id}/disable`, { method: 'POST', headers: bearer(admin) });
  const [id = ''] = (await owners()).flatMap((owner) => (owner.startsWith('key:') ? [owner.slice(4)] : []));
  await fetch(`${server.url}/api/v1/keys/${id}`, { method: 'DELETE', headers: bearer(admin) });
  expect(await owners()).toEqual(['']);
});

function create({ url }: GuardedServer, key: string, body: object): Promise<Response> {
  return postJson(url + PATH, body, bearer(key));
}

async function created(server: GuardedServer, key: string, body: object): Promise<Body> {
  const response = await create(server, key, body);
  expect(response.status).toBe(201);
  return (await response.json()) as Body;
}

async function listed({ url }: GuardedServer, key: string): Promise<object> {
  return (await (await fetch(url + PATH, { headers: bearer(key) })).json()) as object;
}

function change({ url }: GuardedServer, key: string, id: string, body: object): Promise<Response> {
  const headers = { ...bearer(key), 'content-type': 'application/json' };
  return fetch(`${url}${PATH}/${id}`, { method: 'PUT', headers, body: JSON.stringify(body) });
}

function destroy({ url }: GuardedServer, key: string, id: string, version?: number): Promise<Response> {
  const query = version === undefined ? '' : `?version=${version}`;
  return fetch(`${url}${PATH}/${id}${query}`, { method: 'DELETE', headers: bearer(key) });
}
