import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tamper } from '../support/audit.js';
import { connectOptedIn, silence } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { bearer, postJson, startGuardedServer, type GuardedServer } from '../support/guarded-server.js';
import { streamOf, taken } from '../support/moved-client.js';
import { until } from '../support/until.js';

/** Who asks in these tests, by their role. */
async function callersOf(server: GuardedServer) {
  const clinician = bearer(await server.keyOf('clinician', { groups: ['cardiology'] }));
  const administrator = bearer(await server.keyOf('administrator'));
  const auditor = bearer(await server.keyOf('auditor'));
  const get = async <Body>(path: string, headers: Record<string, string>): Promise<Body> => {
    const response = await fetch(`${server.url}/api/v1${path}`, { headers });
    expect([path, response.status]).toEqual([path, 200]);
    return (await response.json()) as Body;
  };
  return { clinician, administrator, auditor, get };
}

interface LivePage {
  readonly sessions: readonly { readonly id: string; readonly [name: string]: unknown }[];
  readonly next?: string;
}

interface AuditPageBody {
  readonly entries: readonly { readonly sequence: number; readonly action: string; readonly what?: string }[];
  readonly next?: number;
  readonly searchedTo?: string;
}

test('an administrator sees who speaks, but not what, and ends a session, whose record is completed', async () => {
  const server = await startGuardedServer();
  const { clinician, administrator, auditor, get } = await callersOf(server);
  const client = await connectOptedIn(server.url, { headers: clinician });
  const id = client.all('ready')[0]?.sessionId ?? '';
  client.send(silence(2));
  const stream = await streamOf(server);
  await taken(stream, 2);
  stream.final('a secret diagnosis');
  await client.next('transcription');

  const { sessions } = await get<LivePage>('/live', administrator);
  expect(sessions).toMatchObject([
    { id, groups: ['cardiology'], protocol: 'auscult', connected: true, ending: false, audioSeconds: 2 },
  ]);
  expect(sessions[0]).toHaveProperty('finalDelaySeconds');
  expect(JSON.stringify(sessions)).not.toContain('secret');

  const end = () => fetch(`${server.url}/api/v1/live/${id}`, { method: 'DELETE', headers: administrator });
  expect((await end()).status).toBe(204);
  expect(await client.closed).toBe(4411);
  expect(client.all('error')).toMatchObject([{ code: 'ended_by_administrator' }]);
  expect((await end()).status).toBe(404);

  type Listed = { readonly sessions: readonly { readonly state: string; readonly finals: number }[] };
  await until(async () => (await get<Listed>('/sessions?state=ended', administrator)).sessions.length === 1);
  expect((await get<Listed>('/sessions', administrator)).sessions).toMatchObject([
    { state: 'ended', finals: 1 },
  ]);
  expect((await get<LivePage>('/live', administrator)).sessions).toEqual([]);

  const { entries } = await get<AuditPageBody>(`/audit?what=${id}&action=session`, auditor);
  expect(entries.map(({ action }) => action).sort()).toEqual([
    'session.end',
    'session.start',
    'session.stop',
  ]);
  const watched = await get<AuditPageBody>('/audit?action=session.watch', auditor);
  // A list that is asked for again is noted once.
  expect(watched.entries).toHaveLength(1);
});

test('without records, the sessions of this server are listed and ended all the same', async () => {
  const server = await startGuardedServer({ records: 'off' });
  const { clinician, administrator, get } = await callersOf(server);
  const client = await connectOptedIn(server.url, { headers: clinician });
  const [{ id } = { id: '' }] = (await get<LivePage>('/live', administrator)).sessions;
  const ended = await fetch(`${server.url}/api/v1/live/${id}`, { method: 'DELETE', headers: administrator });
  expect(ended.status).toBe(204);
  expect(await client.closed).toBe(4411);
});

test('an auditor finds entries page by page, and nothing of other tenants', async () => {
  const server = await startGuardedServer();
  const { administrator, auditor, get } = await callersOf(server);
  for (const name of ['ann', 'ben', 'eva'])
    await postJson(`${server.url}/api/v1/users`, { name, role: 'clinician' }, administrator);
  const stranger = bearer(await server.keyOf('auditor', { tenant: 'other' }));

  const first = await get<AuditPageBody>('/audit?action=user.create&limit=2', auditor);
  expect(first.entries).toHaveLength(2);
  const second = await get<AuditPageBody>(`/audit?action=user&limit=2&after=${String(first.next)}`, auditor);
  expect(second.entries).toHaveLength(1);
  expect(second.next).toBeUndefined();
  const sequences = [...first.entries, ...second.entries].map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.toSorted((one, other) => other - one));

  expect((await get<AuditPageBody>('/audit?action=user', stranger)).entries).toEqual([]);
  expect((await get<AuditPageBody>('/audit?actor=nobody', auditor)).entries).toEqual([]);
  expect((await get<AuditPageBody>('/audit?from=2999-01-01T00:00:00Z', auditor)).entries).toEqual([]);
  expect((await get<AuditPageBody>('/audit?to=1999-01-01T00:00:00Z', auditor)).entries).toEqual([]);
  const whole = await get<AuditPageBody>('/audit?from=1999-01-01T00:00:00Z&outcome=success', auditor);
  expect(whole.entries.map(({ action }) => action)).toContain('audit.read');

  // Whoever writes quotes in a condition finds no more.
  expect((await get<AuditPageBody>(`/audit?what=${encodeURIComponent('","x":"')}`, auditor)).entries).toEqual(
    [],
  );
});

test('the log is verified on request, and its first broken entry is named', async () => {
  const server = await startGuardedServer();
  const { administrator, auditor, get } = await callersOf(server);
  await postJson(`${server.url}/api/v1/users`, { name: 'ann', role: 'clinician' }, administrator);
  type Verified = { state: string; result?: { sound: boolean; entries: number; firstProblem?: object } };
  expect(await get<Verified>('/audit/verify', auditor)).toEqual({ state: 'none' });
  const verified = async (): Promise<Verified> => {
    await fetch(`${server.url}/api/v1/audit/verify`, { method: 'POST', headers: auditor });
    await until(async () => (await get<Verified>('/audit/verify', auditor)).state === 'done');
    return get<Verified>('/audit/verify', auditor);
  };
  expect(await verified()).toMatchObject({ result: { sound: true, problems: [] } });

  const { entries } = await get<AuditPageBody>('/audit?action=user.create', auditor);
  const sequence = entries[0]?.sequence ?? 0;
  await tamper(
    { ...server, database: undefined },
    `update audit_entries set entry = replace(entry, 'user.create', 'user.delete') where sequence = ${String(sequence)}`,
  );
  expect(await verified()).toMatchObject({
    result: { sound: false, firstProblem: { kind: 'altered', sequence } },
  });
});

test('the export of the log has the hash of every entry, and the content of those of the tenant', async () => {
  const server = await startGuardedServer();
  const { auditor } = await callersOf(server);
  await server.keyOf('auditor', { tenant: 'other' });
  const stranger = bearer(await server.keyOf('auditor', { tenant: 'other' }));
  const linesFor = async (headers: Record<string, string>) => {
    const response = await fetch(`${server.url}/api/v1/audit/export`, { headers });
    expect(response.headers.get('content-disposition')).toContain('audit.jsonl');
    const lines = (await response.text()).trim().split('\n');
    return lines.map(
      (line) => JSON.parse(line) as { hash: string; entry?: { tenant?: string; action: string } },
    );
  };
  const own = await linesFor(auditor);
  expect(own.at(-1)?.entry?.action).toBe('audit.export');
  const others = await linesFor(stranger);
  expect(others.slice(0, own.length).map(({ hash }) => hash)).toEqual(own.map(({ hash }) => hash));
  for (const { entry } of others) if (entry !== undefined) expect(entry.tenant).toBe('other');
  expect(others.some(({ entry }) => entry === undefined)).toBe(true);
});

test('a user gets another role and other groups, which count at once', async () => {
  const server = await startGuardedServer();
  const { administrator, get } = await callersOf(server);
  const order = { name: 'ann', role: 'clinician', groups: ['cardiology'], usesCodes: false };
  const created = await postJson(`${server.url}/api/v1/users`, order, administrator);
  const { id, password } = (await created.json()) as { id: string; password: string };
  const login = await postJson(`${server.url}/api/v1/login`, { name: 'ann', password });
  const cookie = { cookie: login.headers.get('set-cookie')?.split(';')[0] ?? '' };

  const change = (body: object) =>
    fetch(`${server.url}/api/v1/users/${id}`, {
      method: 'PATCH',
      headers: { ...administrator, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await change({})).status).toBe(400);
  expect((await change({ role: 'local' })).status).toBe(400);
  expect(await (await change({ role: 'supervisor', groups: ['oncology'] })).json()).toMatchObject({
    id,
    role: 'supervisor',
    groups: ['oncology'],
  });
  expect(await get('/identity', cookie)).toMatchObject({
    role: 'supervisor',
    groups: ['oncology'],
    permissions: { 'session.watch': 'group', 'record.correct': 'group' },
  });
  expect(await (await change({ groups: [] })).json()).toMatchObject({ role: 'supervisor', groups: [] });
  expect(await server.audited()).toContainEqual(expect.objectContaining({ action: 'user.change', what: id }));

  await postJson(`${server.url}/api/v1/users`, { ...order, name: 'ben' }, administrator);
  expect(await get('/groups', administrator)).toEqual({
    groups: [{ name: 'cardiology', users: 1, keys: 1 }],
  });
});

test('administrators see how the server is doing, and how long records are kept', async () => {
  const server = await startGuardedServer({ retention: '*=30' });
  const { administrator, get } = await callersOf(server);
  const soon = new Date(Date.now() + 86_400_000);
  await server.keyOf('service', { expiresAt: soon });
  await server.keyOf('service', { expiresAt: soon, tenant: 'other' });
  expect(await get('/health', administrator)).toMatchObject({
    status: 'healthy',
    database: { isWriting: true },
    load: { admitted: true },
    delays: { finals: {}, partials: {} },
    disks: expect.arrayContaining([expect.objectContaining({ folder: 'data' })]) as object[],
    keysExpiring: [{ name: 'service', expiresAt: soon.toISOString() }],
    audit: { sinks: [{ name: 'file' }], findings: [] },
  });
  expect(await get('/retention', administrator)).toEqual({ days: 30, due: 0, held: 0 });
  expect(await get('/health', administrator)).toHaveProperty('delays.eventLoop.p99');
  expect(await get('/key-terms', administrator)).toEqual({
    ...{ count: 0, ownCount: 0, editable: false, terms: [] },
  });
  const refused = await changeTerms(server, administrator, 'PUT', '', { text: 'metoprolol' });
  expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'key_terms_fixed' } }]);
});

test('an administrator changes the key terms of the tenant, and only these', async () => {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'server.txt'), 'metoprolol\n');
  mkdirSync(join(folder, 'tenants'));
  writeFileSync(join(folder, 'tenants', 'other.txt'), 'Dr. Sato\n');
  const server = await startGuardedServer({ keyTermsDirectory: folder });
  const { administrator, clinician, get } = await callersOf(server);
  const change = async (method: string, path: string, body: object) =>
    (await changeTerms(server, administrator, method, path, body)).status;

  expect(await change('PUT', '', { text: '  Dr.  Okonkwo ', weight: 2 })).toBe(204);
  expect(await change('PUT', '', { text: 'HbA1c', soundsLike: ['h b a one c', 'a one c'] })).toBe(204);
  expect(await change('PUT', '', { text: 'dr. okonkwo', weight: 0.5 })).toBe(204);
  expect(await get('/key-terms', administrator)).toEqual({
    ...{ count: 3, ownCount: 2, editable: true },
    terms: [
      { text: 'dr. okonkwo', weight: 0.5 },
      { text: 'HbA1c', soundsLike: ['h b a one c', 'a one c'] },
      { text: 'metoprolol' },
    ],
  });
  expect(readFileSync(join(folder, 'tenants', 'default.txt'), 'utf8')).toBe(
    'dr. okonkwo\t0.5\nHbA1c\t\th b a one c|a one c\n',
  );
  for (const text of [
    'the',
    '药',
    '# remark',
    'a|b',
    'a\tb',
    'one two three four five six seven eight nine',
  ]) {
    const response = await changeTerms(server, administrator, 'PUT', '', { text });
    expect([text, response.status]).toEqual([text, 400]);
    expect(await response.json()).toMatchObject({
      error: { field: 'text', limit: expect.anything() as string },
    });
  }
  expect(await change('POST', '/remove', { text: 'DR. OKONKWO' })).toBe(204);
  expect(await change('POST', '/remove', { text: 'metoprolol' })).toBe(404);
  expect(await get('/key-terms', administrator)).toMatchObject({ count: 2, ownCount: 1 });
  expect((await changeTerms(server, clinician, 'PUT', '', { text: 'apixaban' })).status).toBe(403);
  const stranger = bearer(await server.keyOf('administrator', { tenant: 'other' }));
  expect(await get('/key-terms', stranger)).toMatchObject({
    terms: [{ text: 'Dr. Sato' }, { text: 'metoprolol' }],
  });
  const noted = (await server.audited()).filter(({ action }) => action === 'key-terms.change');
  expect(noted).toHaveLength(4);
  expect(JSON.stringify(noted)).not.toMatch(/okonkwo|hba1c/i);
});

test('an administrator sees what is due, and has it destroyed, in the own tenant alone', async () => {
  const server = await startGuardedServer({ retention: '*=0' });
  const { administrator, clinician, get } = await callersOf(server);
  const stranger = bearer(await server.keyOf('clinician', { tenant: 'other' }));
  const ids = [await sessionOf(server, clinician), await sessionOf(server, clinician)];
  const held = await sessionOf(server, clinician);
  const foreign = await sessionOf(server, stranger);
  await fetch(`${server.url}/api/v1/sessions/${held}/hold`, { method: 'PUT', headers: administrator });

  type Due = {
    readonly records: readonly { readonly id: string; readonly held: boolean }[];
    readonly next?: string;
  };
  await until(async () => (await get<Due>('/retention/due', administrator)).records.length === 3);
  const first = await get<Due>('/retention/due?limit=2', administrator);
  expect(first.records.map(({ id }) => id)).toEqual(ids);
  expect(await get(`/retention/due?limit=2&after=${first.next ?? ''}`, administrator)).toMatchObject({
    records: [{ id: held, held: true }],
  });
  const run = () => fetch(`${server.url}/api/v1/retention/run`, { method: 'POST', headers: administrator });
  expect(await (await run()).json()).toEqual({ destroyed: 2, due: 0, held: 1 });
  expect(await (await run()).json()).toEqual({ destroyed: 0, due: 0, held: 1 });
  const left = await server.database.db.selectFrom('sessions').select('id').execute();
  expect(left.map(({ id }) => id).sort()).toEqual([held, foreign].sort());
  const audited = await server.audited();
  expect(audited.filter(({ action }) => action === 'retention.run')).toHaveLength(2);
  expect(audited.filter(({ action }) => action === 'retention.destroy').map(({ what }) => what)).toEqual(ids);
});

test('people and keys are searched by name, and given page by page', async () => {
  const server = await startGuardedServer();
  const { administrator, get } = await callersOf(server);
  const foreign = bearer(await server.keyOf('administrator', { tenant: 'other' }));
  for (const name of ['ben', 'Ann_B', 'annab', 'cid'])
    await postJson(
      `${server.url}/api/v1/users`,
      { name, role: 'clinician', usesCodes: false },
      administrator,
    );
  await postJson(`${server.url}/api/v1/users`, { name: 'anna', role: 'clinician' }, foreign);
  type People = { readonly users: readonly { readonly name: string }[]; readonly next?: string };
  const people = async (query: string) => {
    const { users, next } = await get<People>(`/users${query}`, administrator);
    return { names: users.map(({ name }) => name), next };
  };
  const first = await people('?limit=2');
  const second = await people(`?limit=2&after=${first.next ?? ''}`);
  expect([...first.names, ...second.names].toSorted()).toEqual(['ann_b', 'annab', 'ben', 'cid']);
  expect(second.next).toBeUndefined();
  expect((await people('?name=ANN_')).names).toEqual(['ann_b']);
  expect((await people('?name=%25')).names).toEqual([]);

  type Keys = {
    readonly keys: readonly { readonly id: string; readonly name: string }[];
    readonly next?: string;
  };
  for (let made = 0; made < 3; made++)
    await postJson(`${server.url}/api/v1/keys`, { name: `Ward ${made}`, role: 'service' }, administrator);
  const newest = await get<Keys>('/keys?name=ward&limit=2', administrator);
  const older = await get<Keys>(`/keys?name=ward&limit=2&after=${newest.next ?? ''}`, administrator);
  const all = [...newest.keys, ...older.keys].map(({ name }) => name);
  expect([newest.keys.length, all.toSorted()]).toEqual([2, ['Ward 0', 'Ward 1', 'Ward 2']]);
  expect(older.next).toBeUndefined();
  const wrong = await fetch(`${server.url}/api/v1/keys?after=nowhere`, { headers: administrator });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: { field: 'after' } }]);
});

function changeTerms(
  { url }: GuardedServer,
  headers: Record<string, string>,
  method: string,
  path: string,
  body: object,
): Promise<Response> {
  return fetch(`${url}/api/v1/key-terms${path}`, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** A session in which nothing was said, and which is over. */
async function sessionOf(server: GuardedServer, headers: Record<string, string>): Promise<string> {
  const client = await connectOptedIn(server.url, { headers });
  const id = client.all('ready')[0]?.sessionId ?? '';
  client.send({ type: 'stop' });
  await client.next('stopped');
  client.socket.close(1000);
  await until(async () => {
    const row = await server.database.db
      .selectFrom('sessions')
      .select('ended_at')
      .where('id', '=', id)
      .executeTakeFirst();
    return typeof row?.ended_at === 'string';
  });
  return id;
}
