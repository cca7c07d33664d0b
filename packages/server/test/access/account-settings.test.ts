import { expect, test } from 'vitest';
import { createAccountSettings, rewrapSettings } from '../../src/account-settings/account-settings.js';
import { loadMasterKeys, prependMasterKey } from '../../src/records/master-keys.js';
import { filesBelow } from '../support/canary.js';
import { bearer, refusal, startGuardedServer, type GuardedServer } from '../support/guarded-server.js';
import { cookieOf, createUser } from '../support/people.js';

const PATH = '/api/v1/account/settings';

test('settings follow whoever logs in, and of two changes of the same version one is refused', async () => {
  const server = await startGuardedServer();
  const [one, other] = await Promise.all([person(server), person(server, 'dr.other')]);
  expect(await one.read()).toEqual({ version: 0, settings: {} });
  const first = await Promise.all([one.write(0, { theme: 'dark' }), one.write(0, { theme: 'light' })]);
  expect(first.map(({ status }) => status).sort()).toEqual([200, 409]);
  const refused = first.find(({ status }) => status === 409);
  expect(refused && (await refusal(refused))).toEqual({ status: 409, code: 'settings_changed' });
  expect((await one.write(1, { language: 'de', firstName: 'Dr. Ångström' })).status).toBe(200);
  expect(await one.read()).toEqual({ version: 2, settings: { language: 'de', firstName: 'Dr. Ångström' } });
  expect(await other.read()).toEqual({ version: 0, settings: {} });
  const key = await server.keyOf('clinician');
  expect(await refusal(await fetch(server.url + PATH, { headers: bearer(key) }))).toEqual({
    status: 404,
    code: 'account_not_found',
  });
});

test('settings that do not exist are refused, naming the field', async () => {
  const server = await startGuardedServer();
  const { write } = await person(server);
  for (const [settings, field] of [
    [{ language: 'it' }, 'settings.language'],
    [{ theme: 1 }, 'settings.theme'],
    [{ firstName: 'x'.repeat(41) }, 'settings.firstName'],
    [{ firstName: 'two\nlines' }, 'settings.firstName'],
  ] as const) {
    const response = await write(0, settings);
    const { error } = (await response.json()) as { error: { field: string } };
    expect([response.status, error.field]).toEqual([400, field]);
  }
  expect((await write(0, { note: 'x' })).status).toBe(400);
});

test('they are on no disk in the clear, open only as what they are, move to a new master key and go with their user', async () => {
  const server = await startGuardedServer();
  const { id, write, read } = await person(server);
  await write(0, { firstName: 'Canary' });
  for (const [path, content] of filesBelow(server.dataDirectory))
    expect(content.includes('Canary'), path).toBe(false);
  const { db } = server.database;
  await db.updateTable('account_settings').set({ version: 2 }).execute();
  expect(await read()).toEqual({ version: 2, settings: {} });
  await db.updateTable('account_settings').set({ version: 1 }).execute();

  await prependMasterKey(`${server.dataDirectory}/master.key`);
  const masterKeys = await loadMasterKeys(server);
  await rewrapSettings(server.database, masterKeys);
  const moved = await db.selectFrom('account_settings').selectAll().executeTakeFirstOrThrow();
  expect(moved.master_key_id).toBe(masterKeys.current().id);
  const settings = createAccountSettings({ ...server.services, masterKeys });
  expect(await settings.read(id)).toEqual({ version: 1, settings: { firstName: 'Canary' } });

  const headers = bearer(await server.keyOf('administrator'));
  await fetch(`${server.url}/api/v1/users/${id}/disable`, { method: 'POST', headers });
  expect(await db.selectFrom('account_settings').selectAll().execute()).toEqual([]);
  await expect(settings.replace(id, 0, {})).rejects.toMatchObject({ code: 'credential_expired' });
});

async function person(server: GuardedServer, name = 'dr.who') {
  const user = await createUser(server, { name, usesCodes: false });
  const headers = { cookie: await cookieOf(server, user), origin: server.url };
  return {
    id: user.id,
    read: async (): Promise<unknown> => (await fetch(server.url + PATH, { headers })).json(),
    write: (version: number, settings: object): Promise<Response> =>
      fetch(server.url + PATH, {
        method: 'PUT',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ version, settings }),
      }),
  };
}
