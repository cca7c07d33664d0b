import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BY_SERVER } from '../support/access.js';
import { connect, connectOptedIn } from '../support/client.js';
import {
  bearer,
  guardOver,
  postJson,
  refusal,
  startGuardedServer,
  type GuardedServer,
} from '../support/guarded-server.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { createUser, logIn } from '../support/people.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { until } from '../support/until.js';

const missing = natsMissing ?? postgresMissing;

describe.skipIf(missing !== undefined)('two servers of a cluster', { timeout: 120_000 }, () => {
  let nats: NatsServer;
  let postgres: PostgresServer;
  let dataDirectory: string;
  beforeAll(async () => {
    [nats, postgres] = await Promise.all([startNats(), startPostgres({ durable: false })]);
    dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-two-'));
    const database = postgres.createDatabase();
    guardOver(() => database);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([nats.stop(), postgres.stop()]);
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const startTwo = async (
    overrides: Parameters<typeof startGuardedServer>[0] = {},
  ): Promise<readonly [GuardedServer, GuardedServer]> => {
    const shared = { ...overrides, dataDirectory, cluster: nats.url };
    const one = await startGuardedServer({ ...shared, serverName: 'one' });
    return [one, await startGuardedServer({ ...shared, serverName: 'other' })];
  };

  test('accept a ticket of each other, once, as long as its credential is valid', async () => {
    const [one, other] = await startTwo();
    const key = await one.keyOf('clinician');
    const ticket = await ticketFor(one, key);
    const client = await connect(other.url, withTicket(ticket));
    await client.next('ready');
    for (const { url } of [one, other]) {
      const replayed = await connect(url, withTicket(ticket));
      expect(await replayed.closed).toBe(4401);
      expect(replayed.messages).toMatchObject([{ code: 'ticket_invalid' }]);
    }
    const [first, second] = await Promise.all([ticketFor(one, key), ticketFor(other, key)]);
    const rows = await one.database.db.selectFrom('tickets').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(first);
    // At the same moment at both, it is accepted at one of them.
    const both = await Promise.all([one, other].map(({ url }) => connect(url, withTicket(first))));
    await until(() => both.some(({ socket }) => socket.readyState === socket.CLOSED));
    await until(() => both.some((each) => each.all('ready').length > 0));
    await one.apiKeys.revoke(key.slice(5, 17), BY_SERVER);
    const late = await connect(other.url, withTicket(second));
    expect(await late.closed).toBe(4401);
    expect(await one.database.db.selectFrom('tickets').selectAll().execute()).toEqual([]);
  });

  test('issue only so many tickets to one identity together, and forget those that are too old', async () => {
    const [one, other] = await startTwo();
    const key = await one.keyOf('clinician');
    for (let count = 0; count < 50; count++) await Promise.all([ticketFor(one, key), ticketFor(other, key)]);
    const refused = await fetch(`${other.url}/api/v1/tickets`, { method: 'POST', headers: bearer(key) });
    expect(await refusal(refused)).toEqual({ status: 429, code: 'locked_out' });
    await ticketFor(other, await one.keyOf('clinician'));
    const [old] = await one.database.db
      .updateTable('tickets')
      .set({ expires_at: 0 } as never)
      .returning('digest')
      .execute();
    expect(old).toBeDefined();
    await ticketFor(one, key);
    expect(await one.database.db.selectFrom('tickets').select('digest').execute()).toHaveLength(1);
  });

  test('accept a client secret of each other', async () => {
    const [one, other] = await startTwo();
    const issued = await postJson(
      `${one.url}/v1/realtime/client_secrets`,
      { session: { type: 'transcription' } },
      bearer(await one.keyOf('clinician')),
    );
    expect(issued.status).toBe(200);
    const { value } = (await issued.json()) as { value: string };
    const client = await connect(other.url, {
      path: '/v1/realtime?intent=transcription',
      headers: bearer(value),
    });
    await until(() => client.messages.length > 0);
    expect(client.messages[0]).toMatchObject({ type: expect.stringMatching(/session.*created/) as string });
  });

  test('count failed logins together', async () => {
    const [one, other] = await startTwo();
    const user = await createUser(one);
    const wrong = { name: user.name, password: 'not the password of anybody' };
    for (let attempt = 0; attempt < 6; attempt++)
      expect((await logIn(attempt % 2 === 0 ? one : other, wrong)).status).toBe(401);
    // What one server has seen, the other hears a moment later.
    for (const server of [one, other])
      await until(async () => (await refusal(await logIn(server, wrong))).code === 'locked_out');
    for (const server of [one, other]) {
      const stored = server.log();
      expect(stored).not.toContain(wrong.password);
    }
  });

  test('count the sessions of one identity together', async () => {
    const [one, other] = await startTwo({ maxSessionsPerIdentity: '2' });
    const headers = bearer(await one.keyOf('service'));
    const first = await connectOptedIn(one.url, { headers });
    await connectOptedIn(other.url, { headers });
    for (const { url } of [one, other]) {
      const third = await connect(url, { headers });
      expect(await third.closed).toBe(1013);
      expect(third.messages).toMatchObject([{ code: 'too_many_sessions', retryable: true }]);
    }
    await connectOptedIn(other.url, { headers: bearer(await one.keyOf('service')) });
    first.socket.close(1000);
    await first.closed;
    await until(async () => {
      const again = await connect(other.url, { headers });
      await Promise.race([again.next('connection'), again.closed]);
      const isOpen = again.socket.readyState === again.socket.OPEN;
      again.socket.close();
      return isOpen;
    });
  });

  test('end the sessions of a key that the other revokes', async () => {
    const [one, other] = await startTwo({ revalidateSeconds: '0.05' });
    const key = await one.keyOf('clinician');
    const admin = bearer(await one.keyOf('administrator'));
    const client = await connectOptedIn(other.url, { headers: bearer(key) });
    const revoked = await fetch(`${one.url}/api/v1/keys/${key.slice(5, 17)}`, {
      method: 'DELETE',
      headers: admin,
    });
    expect(revoked.status).toBe(204);
    expect(await client.closed).toBe(4401);
    expect(client.all('error')).toMatchObject([{ code: 'credential_expired' }]);
  });
});

function withTicket(ticket: string) {
  return { protocols: ['auscult.v1', `auscult.ticket.${ticket}`] };
}

async function ticketFor({ url }: GuardedServer, key: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/tickets`, { method: 'POST', headers: bearer(key) });
  expect(response.status).toBe(201);
  return ((await response.json()) as { ticket: string }).ticket;
}
