import { setTimeout as sleep } from 'node:timers/promises';
import { clientMessages, type ClientMessageType } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { GRANTABLE_ROLES, type GrantableRole } from '../../src/access/identity.js';
import {
  actions,
  isOpenToAnyone,
  isPermitted,
  permissions,
  scopeOf,
  type Action,
} from '../../src/access/permissions.js';
import { commandActions } from '../../src/live/commands.js';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { bearer, postJson, startGuardedServer, type GuardedServer } from '../support/guarded-server.js';
import { BY_SERVER } from '../support/access.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { waveFile } from '../support/wave.js';
import { formOf } from '../support/upload.js';

/** To whom something belongs, from the point of view of the caller. */
const RELATIONS = ['own', 'of a group', 'of somebody else', 'of another tenant'] as const;
type Relation = (typeof RELATIONS)[number];

const GROUPS = ['cardiology'];

/** Somebody with a key. */
interface Caller {
  readonly key: string;
  readonly role: GrantableRole;
}

/** How a route is walked. One that is not here fails the walk: who may use it has to be tested. */
interface Walk {
  readonly body?: (server: GuardedServer) => unknown;
  /** Makes the thing that the path names as `:id`, and returns its id; undefined if the maker's role cannot make one. */
  readonly make?: (server: GuardedServer, maker: Caller) => Promise<string | undefined>;
  /** Whether the thing belongs to the tenant and not to its maker. */
  readonly belongsToTenant?: boolean;
}

let names = 0;
const walks: Readonly<Record<string, Walk>> = {
  'GET /': {},
  'GET /assets/:file': {},
  'GET /console': {},
  'GET /console/': {},
  'GET /client/:file': {},
  'GET /elements/:file': {},
  'GET /api/v1': {},
  'GET /openapi.json': {},
  'GET /health': {},
  'GET /health/live': {},
  'GET /health/ready': {},
  'GET /metrics': {},
  'GET /ws/transcribe': {},
  'POST /api/v1/login': { body: () => ({ name: 'nobody', password: 'nothing' }) },
  'POST /api/v1/logout': {},
  'GET /api/v1/identity': {},
  'GET /api/v1/account': {},
  'POST /api/v1/account/password': { body: () => ({ password: 'old', newPassword: 'new' }) },
  'POST /api/v1/account/authenticator': { body: () => ({ password: 'old' }) },
  'POST /api/v1/account/authenticator/confirm': { body: () => ({ code: '000000' }) },
  'POST /api/v1/account/recovery-codes': { body: () => ({ password: 'old' }) },
  'GET /api/v1/account/voice': {},
  'POST /api/v1/account/voice': { body: () => formOf(recording()) },
  'DELETE /api/v1/account/voice': {},
  'GET /api/v1/account/settings': {},
  'PUT /api/v1/account/settings': { body: () => ({ version: 0, settings: { theme: 'dark' } }) },
  'GET /api/v1/templates': {},
  'POST /api/v1/templates': { body: () => ({ name: `walk ${names++}`, text: '[[side]] knee' }) },
  'PUT /api/v1/templates/:id': {
    make: makeTemplate,
    body: () => ({ name: `walk ${names++}`, text: '[[side]] hip', version: 1 }),
  },
  'DELETE /api/v1/templates/:id': { make: makeTemplate },
  'POST /api/v1/tickets': {},
  'GET /v1/listen': {},
  'POST /v1/listen': {},
  'POST /v1/audio/transcriptions': { body: () => formOf(recording()) },
  'POST /v1/audio/translations': { body: () => formOf(recording()) },
  'GET /v1/models': {},
  'GET /v1/models/:id': {},
  'GET /v1/realtime': {},
  'POST /v1/realtime/client_secrets': {},
  'POST /v1/realtime/transcription_sessions': {},
  'POST /v1/auth/grant': {},
  'POST /api/v1/break-glass': { body: () => ({ record: 'any', reason: 'an emergency in the ward' }) },
  'GET /api/v1/keys': {},
  'POST /api/v1/keys': { body: () => ({ name: 'walk', role: 'service' }) },
  'DELETE /api/v1/keys/:id': { make: makeKey, belongsToTenant: true },
  'GET /api/v1/users': {},
  'POST /api/v1/users': { body: () => ({ name: `walker-${names++}`, role: 'clinician' }) },
  'POST /api/v1/users/:id/disable': { make: makeUser, belongsToTenant: true },
  'POST /api/v1/users/:id/reset': { make: makeUser, belongsToTenant: true },
  'PATCH /api/v1/users/:id': {
    make: makeUser,
    body: () => ({ groups: ['oncology'] }),
    belongsToTenant: true,
  },
  'GET /api/v1/groups': {},
  'GET /api/v1/key-terms': {},
  'PUT /api/v1/key-terms': { body: () => ({ text: 'metoprolol' }) },
  'POST /api/v1/key-terms/remove': { body: () => ({ text: 'metoprolol' }) },
  'GET /api/v1/retention': {},
  'GET /api/v1/retention/due': {},
  'POST /api/v1/retention/run': {},
  'GET /api/v1/health': {},
  'GET /api/v1/audit': {},
  'POST /api/v1/audit/verify': {},
  'GET /api/v1/audit/verify': {},
  'GET /api/v1/audit/export': {},
  'GET /api/v1/live': {},
  'DELETE /api/v1/live/:id': { make: makeLiveSession },
  'GET /api/v1/sessions': {},
  'GET /api/v1/sessions/:id': { make: makeSession },
  'GET /api/v1/sessions/:id/export': { make: makeSession },
  'GET /api/v1/sessions/:id/audio': { make: makeSession },
  'POST /api/v1/sessions/:id/segments/:place/versions': {
    make: makeSession,
    body: () => ({ version: 1, text: 'corrected' }),
  },
  'POST /api/v1/sessions/:id/speakers': {
    make: makeSession,
    body: () => ({ name: [{ speaker: 0, role: 'clinician' }] }),
  },
  'PUT /api/v1/sessions/:id/hold': { make: makeSession },
  'DELETE /api/v1/sessions/:id/hold': { make: makeSession },
  'DELETE /api/v1/sessions/:id': { make: makeSession },
  'GET /api/v1/transcriptions': {},
  'POST /api/v1/transcriptions': { body: () => formOf(recording()) },
  'GET /api/v1/transcriptions/:id': { make: makeTranscription },
  'GET /api/v1/transcriptions/:id/result': { make: makeTranscription },
  'DELETE /api/v1/transcriptions/:id': { make: makeTranscription },
};

/** Recordings are decoded in these tests, each in a process of its own. */
const PATIENTLY = { timeout: 240_000 };

/** Whoever opens a socket authenticates while doing so, and is not refused before. */
const SOCKETS = new Set(['GET /ws/transcribe', 'GET /v1/listen', 'GET /v1/realtime']);
const UPGRADE_REQUIRED = 426;

describe('the table of permissions', () => {
  test('does not let administrators or auditors read speech', () => {
    const speech = actions.filter((action) =>
      /^(live|transcri|record\.(read|export|correct|break))/.test(action),
    );
    expect(speech.length).toBeGreaterThan(8);
    for (const action of speech)
      for (const role of ['administrator', 'auditor'] as const)
        expect([action, role, scopeOf(action, role)]).toEqual([action, role, 'none']);
  });

  test('never reaches into another tenant', () => {
    for (const action of actions)
      for (const role of [...GRANTABLE_ROLES, 'local'] as const) {
        const identity = { tenant: 'a', subject: 's', kind: 'key', role, groups: GROUPS } as const;
        expect(isPermitted(action, identity, { tenant: 'b', owner: 's', groups: GROUPS })).toBe(false);
      }
  });

  test('lets a local user do everything', () => {
    for (const action of actions) expect(scopeOf(action, 'local')).toBe('tenant');
  });
});

describe('every route', () => {
  test('is in the table, and is covered by these tests', async () => {
    const { app } = await startGuardedServer();
    const walked = app.routes.filter(
      ({ method, action }) => method !== 'HEAD' && method !== 'OPTIONS' && action !== 'absence.read',
    );
    expect(walked.map(({ method, url }) => `${method} ${url}`).sort()).toEqual(Object.keys(walks).sort());
    for (const { url, method, action } of app.routes)
      if (method !== 'OPTIONS')
        expect([url, permissions[action as Action]]).toEqual([url, expect.anything()]);
  });

  test('that only says what is not here does nothing else', async () => {
    const server = await startGuardedServer();
    const absent = server.app.routes.filter(({ action }) => action === 'absence.read');
    expect(absent.length).toBeGreaterThan(50);
    for (const { method, url } of absent) {
      const { status } = await fetch(server.url + url.replace('*', 'any'), { method });
      expect([method, url, status]).toEqual([method, url, 404]);
    }
  });

  test('requires authentication unless it is open to anyone', async () => {
    const server = await startGuardedServer();
    for (const [route, walk] of Object.entries(walks)) {
      const status = await statusOf(server, route, walk, 'some-id');
      if (SOCKETS.has(route)) expect([route, status]).toEqual([route, UPGRADE_REQUIRED]);
      else if (!isOpenToAnyone(actionOf(server, route))) expect([route, status]).toEqual([route, 401]);
      else if (!route.includes('login')) expect([401, 403], route).not.toContain(status);
    }
  });

  test.each(GRANTABLE_ROLES)('lets in a %s only where that role is permitted', PATIENTLY, async (role) => {
    const server = await startGuardedServer();
    const key = await server.keyOf(role);
    for (const [route, walk] of Object.entries(walks)) {
      const status = await statusOf(server, route, walk, 'some-id', key);
      if (SOCKETS.has(route)) expect([route, status]).toEqual([route, UPGRADE_REQUIRED]);
      else if (route === 'POST /api/v1/login') expect([route, status]).toEqual([route, 401]);
      else if (scopeOf(actionOf(server, route), role) === 'none')
        expect([route, status]).toEqual([route, 403]);
      else expect([401, 403], route).not.toContain(status);
    }
  });

  const ofSomething = Object.entries(walks).filter(([, { make }]) => make !== undefined);
  test.each(ofSomething)(
    '%s gives each role and tenant what is theirs, and hides the rest',
    PATIENTLY,
    async (route, walk) => {
      const server = await startGuardedServer();
      const action = actionOf(server, route);
      const made = new Map<Relation, string | undefined>();
      for (const role of GRANTABLE_ROLES) {
        const caller: Caller = { role, key: await server.keyOf(role, { groups: GROUPS }) };
        for (const relation of RELATIONS) {
          const id = made.get(relation) ?? (await makeFor(server, walk, caller, relation));
          if (id === undefined) continue;
          const status = await statusOf(server, route, walk, id, caller.key);
          const outcome = status < 300 ? 'done' : status;
          const expected = expectedOf(action, role, relation, walk);
          expect([role, relation, outcome]).toEqual([role, relation, expected]);
          // What was only read, or refused, serves for the other roles as well, unless it is the caller's own.
          const isAsBefore = route.startsWith('GET ') || outcome !== 'done';
          made.set(relation, isAsBefore && relation !== 'own' ? id : undefined);
        }
      }
    },
  );

  test('needs no login on a local server', async () => {
    const server = await startScriptedServer();
    for (const { method, url } of server.app.routes.filter(({ method }) => method === 'GET')) {
      const status = (await fetch(server.url + url.replace(':id', 'none'), { method })).status;
      expect([200, 404, UPGRADE_REQUIRED]).toContain(status);
    }
    expect(await (await fetch(`${server.url}/api/v1/identity`)).json()).toMatchObject({ role: 'local' });
  });
});

test('a list shows each role what it may read', async () => {
  const server = await startGuardedServer();
  const owner: Caller = { role: 'clinician', key: await server.keyOf('clinician', { groups: GROUPS }) };
  const id = await makeTranscription(server, owner);
  const seen = async (key: string) => {
    const response = await fetch(`${server.url}/api/v1/transcriptions`, { headers: bearer(key) });
    const { transcriptions } = (await response.json()) as { transcriptions: { id: string }[] };
    return transcriptions.some((transcription) => transcription.id === id);
  };
  expect(await seen(owner.key)).toBe(true);
  expect(await seen(await server.keyOf('supervisor', { groups: GROUPS }))).toBe(true);
  expect(await seen(await server.keyOf('supervisor'))).toBe(false);
  expect(await seen(await server.keyOf('supervisor', { groups: GROUPS, tenant: 'other' }))).toBe(false);
  expect(await seen(await server.keyOf('clinician', { groups: GROUPS }))).toBe(false);
  expect(await seen(await server.keyOf('service', { groups: GROUPS }))).toBe(false);
});

test('a list of records shows each role the records that it may know of', async () => {
  const server = await startGuardedServer();
  const owner: Caller = { role: 'clinician', key: await server.keyOf('clinician', { groups: GROUPS }) };
  const id = await makeSession(server, owner);
  const seen = async (key: string) => {
    const response = await fetch(`${server.url}/api/v1/sessions`, { headers: bearer(key) });
    const { sessions } = (await response.json()) as { sessions: { id: string }[] };
    return sessions.some((session) => session.id === id);
  };
  expect(await seen(owner.key)).toBe(true);
  expect(await seen(await server.keyOf('supervisor', { groups: GROUPS }))).toBe(true);
  expect(await seen(await server.keyOf('administrator'))).toBe(true);
  expect(await seen(await server.keyOf('supervisor'))).toBe(false);
  expect(await seen(await server.keyOf('administrator', { tenant: 'other' }))).toBe(false);
  expect(await seen(await server.keyOf('clinician', { groups: GROUPS }))).toBe(false);
});

test('who speaks is shown to administrators, and to supervisors of the group', async () => {
  const server = await startGuardedServer();
  const owner: Caller = { role: 'clinician', key: await server.keyOf('clinician', { groups: GROUPS }) };
  const id = await makeLiveSession(server, owner);
  const seen = async (key: string) => {
    const response = await fetch(`${server.url}/api/v1/live`, { headers: bearer(key) });
    const { sessions } = (await response.json()) as { sessions: { id: string }[] };
    return sessions.some((session) => session.id === id);
  };
  expect(await seen(await server.keyOf('administrator'))).toBe(true);
  expect(await seen(await server.keyOf('supervisor', { groups: GROUPS }))).toBe(true);
  expect(await seen(await server.keyOf('supervisor'))).toBe(false);
  expect(await seen(await server.keyOf('administrator', { tenant: 'other' }))).toBe(false);
  expect(await seen(await server.keyOf('supervisor', { tenant: 'other', groups: GROUPS }))).toBe(false);
});

test('break-glass with a reason lets its user read a record of somebody else, and do nothing more', async () => {
  const server = await startGuardedServer();
  const id = await makeSession(server, { role: 'clinician', key: await server.keyOf('clinician') });
  const headers = bearer(await server.keyOf('clinician'));
  const path = `${server.url}/api/v1/sessions/${id ?? ''}`;
  const emergency = { record: id, reason: 'unconscious, on call' };
  expect((await fetch(path, { headers })).status).toBe(404);
  const stranger = bearer(await server.keyOf('clinician', { tenant: 'other' }));
  await postJson(`${server.url}/api/v1/break-glass`, emergency, stranger);
  expect((await fetch(path, { headers: stranger })).status).toBe(404);
  expect((await postJson(`${server.url}/api/v1/break-glass`, emergency, headers)).status).toBe(201);
  expect((await fetch(path, { headers })).status).toBe(200);
  expect((await fetch(`${path}/export`, { headers })).status).toBe(404);
  expect((await fetch(path, { headers, method: 'DELETE' })).status).toBe(404);
  expect((await fetch(path, { headers: bearer(await server.keyOf('clinician')) })).status).toBe(404);
  expect(await server.audited()).toContainEqual(
    expect.objectContaining({ action: 'record.read', what: id, reason: 'unconscious, on call' }),
  );
});

describe('every message of a socket', () => {
  test('is in the table', () => {
    expect(Object.keys(commandActions).sort()).toEqual(
      [...Object.keys(clientMessages), 'end', 'reply'].sort(),
    );
  });

  test.each(GRANTABLE_ROLES)('is accepted from a %s, or none is', async (role) => {
    const server = await startGuardedServer();
    const headers = bearer(await server.keyOf(role));
    if (scopeOf('live.open', role) === 'none') {
      const refused = await connect(server.url, { headers });
      expect(await refused.closed).toBe(4405);
      expect(refused.messages).toMatchObject([{ type: 'error', code: 'forbidden' }]);
      return;
    }
    const client = await connectOptedIn(server.url, { headers });
    for (const message of Object.values(EXAMPLES)) client.send(message);
    client.send({ type: 'stop' });
    await client.next('stopped');
    await client.next('stopped');
    expect(client.all('error').map(({ code }) => code)).not.toContain('forbidden');
    for (const [name, action] of Object.entries(commandActions))
      expect([name, scopeOf(action, role)]).toEqual([name, 'own']);
  });

  test('resumes a session only for the same identity, even with its token', async () => {
    const server = await startGuardedServer();
    const headers = bearer(await server.keyOf('clinician'));
    const client = await connectOptedIn(server.url, { headers });
    client.send(silence(1));
    const [{ sessionId, resume: { token } = {} } = { sessionId: '' }] = client.all('ready');
    const resumeAs = async (key: string) => {
      const back = await connect(server.url, {
        headers: bearer(key),
        path: '/ws/transcribe?resume',
        protocols: ['auscult.v1'],
      });
      back.send({ type: 'resume', sessionId, token, next: [0] });
      return back;
    };
    for (const role of GRANTABLE_ROLES)
      for (const tenant of ['default', 'other']) {
        const stranger = await resumeAs(await server.keyOf(role, { tenant }));
        const mayOpen = scopeOf('live.open', role) !== 'none';
        expect([role, await stranger.closed]).toEqual([role, mayOpen ? 4410 : 4405]);
      }
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    const own = await connect(server.url, {
      headers,
      path: '/ws/transcribe?resume',
      protocols: ['auscult.v1'],
    });
    own.send({ type: 'resume', sessionId, token, next: [0] });
    await own.next('resumed');
  });
});

const EXAMPLES = {
  configure: { type: 'configure', partials: true },
  binary: silence(0.1),
  audio: { type: 'audio', data: Buffer.from(silence(0.1)).toString('base64') },
  finalize: { type: 'finalize' },
  identify: { type: 'identify', name: [{ speaker: 0, role: 'clinician' }] },
  keepalive: { type: 'keepalive' },
  resume: { type: 'resume', sessionId: 'none', token: 'none', next: [0] },
  stop: { type: 'stop' },
} satisfies Record<ClientMessageType | 'binary', unknown>;

function expectedOf(action: Action, role: GrantableRole, relation: Relation, walk: Walk): 'done' | 403 | 404 {
  const scope = scopeOf(action, role);
  if (scope === 'none') return 403;
  if (relation === 'of another tenant') return 404;
  if (walk.belongsToTenant === true) return scope === 'tenant' ? 'done' : 404;
  const reached = {
    own: ['own', 'of a group'].slice(0, 1),
    group: ['own', 'of a group'],
    tenant: RELATIONS.slice(0, 3),
  }[scope];
  return (reached as readonly string[]).includes(relation) ? 'done' : 404;
}

async function makeFor(
  server: GuardedServer,
  { make }: Walk,
  caller: Caller,
  relation: Relation,
): Promise<string | undefined> {
  const maker = async (whose: object): Promise<Caller> => ({
    role: 'clinician',
    key: await server.keyOf('clinician', whose),
  });
  switch (relation) {
    case 'own':
      return make?.(server, caller);
    case 'of a group':
      return make?.(server, await maker({ groups: GROUPS }));
    case 'of somebody else':
      return make?.(server, await maker({}));
    case 'of another tenant':
      return make?.(server, await maker({ tenant: 'other', groups: GROUPS }));
  }
}

function actionOf({ app }: GuardedServer, route: string): Action {
  const found = app.routes.find(({ method, url }) => `${method} ${url}` === route);
  if (found?.action === undefined) throw new Error(`${route} has no action`);
  return found.action;
}

async function statusOf(
  server: GuardedServer,
  route: string,
  { body }: Walk,
  id: string,
  key?: string,
): Promise<number> {
  const [method = '', path = ''] = route.split(' ');
  const content = body?.(server);
  const isForm = content instanceof FormData;
  const response = await fetch(server.url + path.replace(':id', id).replace(':place', '0'), {
    method,
    headers: {
      ...(key !== undefined && bearer(key)),
      ...(content !== undefined && !isForm && { 'content-type': 'application/json' }),
    },
    ...(content !== undefined && { body: isForm ? content : JSON.stringify(content) }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function makeTranscription({ url }: GuardedServer, { key, role }: Caller): Promise<string | undefined> {
  if (scopeOf('transcription.create', role) === 'none') return undefined;
  const response = await fetch(`${url}/api/v1/transcriptions`, {
    method: 'POST',
    headers: bearer(key),
    body: formOf(recording()),
  });
  const { id } = (await response.json()) as { id: string };
  let status = '';
  while (status !== 'done') {
    const answer = await fetch(`${url}/api/v1/transcriptions/${id}`, { headers: bearer(key) });
    ({ status } = (await answer.json()) as { status: string });
    await sleep(10);
  }
  return id;
}

/** A session in which something was said, and which is over. */
async function makeSession(server: GuardedServer, { key, role }: Caller): Promise<string | undefined> {
  if (scopeOf('live.open', role) === 'none') return undefined;
  const client = await connectOptedIn(server.url, { headers: bearer(key) });
  const [{ sessionId } = { sessionId: '' }] = client.all('ready');
  client.send(silence(1));
  client.send({ type: 'stop' });
  await client.next('transcription');
  await client.next('stopped');
  client.socket.close(1000);
  await until(async () => {
    const row = await server.database.db
      .selectFrom('sessions')
      .select('ended_at')
      .where('id', '=', sessionId)
      .executeTakeFirst();
    return typeof row?.ended_at === 'string';
  });
  return sessionId;
}

async function makeTemplate({ url }: GuardedServer, { key }: Caller): Promise<string | undefined> {
  const body = { name: `made ${names++}`, text: 'No [[finding]].' };
  const response = await postJson(`${url}/api/v1/templates`, body, bearer(key));
  return response.ok ? ((await response.json()) as { id: string }).id : undefined;
}

/** A session in which somebody speaks. */
async function makeLiveSession({ url }: GuardedServer, { key, role }: Caller): Promise<string | undefined> {
  if (scopeOf('live.open', role) === 'none') return undefined;
  const client = await connectOptedIn(url, { headers: bearer(key) });
  return client.all('ready')[0]?.sessionId;
}

async function makeKey(server: GuardedServer, { key }: Caller): Promise<string> {
  const tenant = await tenantOf(server, key);
  const order = { tenant, name: 'made', role: 'service' as const, groups: [] };
  return (await server.apiKeys.create({ ...order, expiresAt: undefined, createdBy: undefined }, BY_SERVER))
    .id;
}

async function makeUser(server: GuardedServer, { key }: Caller): Promise<string> {
  const admin = await server.keyOf('administrator', { tenant: await tenantOf(server, key) });
  const order = { name: `made-${names++}`, role: 'clinician', usesCodes: false };
  const response = await postJson(`${server.url}/api/v1/users`, order, bearer(admin));
  return ((await response.json()) as { id: string }).id;
}

async function tenantOf({ url }: GuardedServer, key: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/identity`, { headers: bearer(key) });
  return ((await response.json()) as { tenant: string }).tenant;
}

function recording(): Blob {
  const sound = Buffer.alloc(16_000);
  return new Blob([waveFile({ tag: 1, bits: 16, sampleRate: 8000, channels: 1 }, sound)]);
}
