import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTickets } from '../../src/access/tickets.js';
import { LOCAL_IDENTITY } from '../../src/access/identity.js';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { bearer, refusal, startGuardedServer, type GuardedServer } from '../support/guarded-server.js';
import { BY_SERVER } from '../support/access.js';

describe('a socket', () => {
  test('is closed as soon as it is open without a valid credential', async () => {
    const server = await startGuardedServer();
    for (const [options, code, closeCode] of [
      [{}, 'unauthenticated', 4401],
      [{ headers: bearer('wrong') }, 'unauthenticated', 4401],
      [
        { headers: bearer(await server.keyOf('service', { expiresAt: new Date(0) })) },
        'credential_expired',
        4401,
      ],
      [{ headers: bearer(await server.keyOf('auditor')) }, 'forbidden', 4405],
      [{ protocols: ['auscult.v1', 'auscult.ticket.wrong'] }, 'unauthenticated', 4401],
      [{ protocols: ['auscult.v1', `auscult.ticket.aust_${'A'.repeat(43)}`] }, 'ticket_invalid', 4401],
    ] as const) {
      const client = await connect(server.url, options);
      client.send(silence(1));
      expect(await client.closed).toBe(closeCode);
      expect(client.messages).toMatchObject([{ type: 'error', code, retryable: false }]);
    }
    expect(server.recognizer.streams).toHaveLength(0);
    const kinds = (await server.audited()).map(({ action }) => action);
    expect(kinds).toEqual([
      ...Array<string>(2).fill('access.failed'),
      'access.denied',
      'access.failed',
      'access.failed',
    ]);
  });

  test('opens with a key, and is closed soon after the key is revoked', async () => {
    const server = await startGuardedServer({ revalidateSeconds: '0.05' });
    const key = await server.keyOf('clinician');
    const client = await connectOptedIn(server.url, { headers: bearer(key) });
    client.send(silence(1));
    await client.next('acknowledged');
    await server.apiKeys.revoke(key.slice(5, 17), BY_SERVER);
    expect(await client.closed).toBe(4401);
    expect(client.all('error')).toMatchObject([{ code: 'credential_expired' }]);
    const again = await connect(server.url, { headers: bearer(key), path: '/ws/transcribe?resume' });
    expect(await again.closed).toBe(4401);
  });

  test('ends when its key expires', async () => {
    const server = await startGuardedServer({ revalidateSeconds: '0.05' });
    const expiresAt = new Date(Date.now() + 3_600_000);
    const key = await server.keyOf('clinician', { expiresAt });
    const client = await connectOptedIn(server.url, { headers: bearer(key) });
    goTo(expiresAt);
    expect(await client.closed).toBe(4401);
  });

  test('is refused beyond the limit of sessions for its key', async () => {
    const server = await startGuardedServer({ maxSessionsPerIdentity: '2' });
    const headers = bearer(await server.keyOf('service'));
    const [first] = [
      await connectOptedIn(server.url, { headers }),
      await connectOptedIn(server.url, { headers }),
    ];
    const third = await connect(server.url, { headers });
    expect(await third.closed).toBe(1013);
    expect(third.messages).toMatchObject([{ code: 'too_many_sessions', retryable: true }]);
    await connectOptedIn(server.url, { headers: bearer(await server.keyOf('service')) });
    first.socket.close(1000);
    await first.closed;
    await connectOptedIn(server.url, { headers });
  });

  test('of a page of a foreign origin is closed even with a valid key', async () => {
    const server = await startGuardedServer();
    const headers = { ...bearer(await server.keyOf('clinician')), origin: 'https://evil.example' };
    expect(await (await connect(server.url, { headers })).closed).toBe(4403);
  });
});

describe('a ticket', () => {
  test('opens one socket, with the identity of whoever got it', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('clinician');
    const ticket = await ticketFor(server, key);
    const protocols = ['auscult.v1', `auscult.ticket.${ticket}`];
    const client = await connect(server.url, { protocols });
    await client.next('ready');
    expect(client.socket.protocol).toBe('auscult.v1');
    const replayed = await connect(server.url, { protocols });
    expect(await replayed.closed).toBe(4401);
    expect(replayed.messages).toMatchObject([{ code: 'ticket_invalid' }]);
    const program = await connect(server.url, { headers: bearer(await ticketFor(server, key)) });
    await program.next('connection');
    for (const text of [server.log(), JSON.stringify(await server.audited())])
      expect(text).not.toContain(ticket);
  });

  test('opens nothing but a socket, and is not issued to a role that may not transcribe', async () => {
    const server = await startGuardedServer();
    const ticket = await ticketFor(server, await server.keyOf('clinician'));
    const identity = await fetch(`${server.url}/api/v1/identity`, { headers: bearer(ticket) });
    expect(identity.status).toBe(401);
    const inUrl = await connect(server.url, { path: `/ws/transcribe?ticket=${ticket}` });
    expect(await inUrl.closed).toBe(4401);
    const auditor = bearer(await server.keyOf('auditor'));
    const denied = await fetch(`${server.url}/api/v1/tickets`, { method: 'POST', headers: auditor });
    expect(await refusal(denied)).toEqual({ status: 403, code: 'forbidden' });
  });

  test('is invalid once the key that got it is revoked', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('clinician');
    const ticket = await ticketFor(server, key);
    await server.apiKeys.revoke(key.slice(5, 17), BY_SERVER);
    const client = await connect(server.url, { protocols: ['auscult.v1', `auscult.ticket.${ticket}`] });
    expect(await client.closed).toBe(4401);
  });

  test('expires after 30 seconds, and only a limited number can be open', async () => {
    let now = 0;
    const tickets = createTickets(() => now);
    const reference = { kind: 'local' } as const;
    const authentication = { identity: LOCAL_IDENTITY, reference, isStillValid: () => Promise.resolve(true) };
    const [early, late] = [await tickets.issue(authentication), await tickets.issue(authentication)];
    now = 29_999;
    expect(await tickets.redeem(early ?? '')).toMatchObject({ ok: true });
    now = 30_000;
    expect(await tickets.redeem(late ?? '')).toMatchObject({ ok: false, code: 'ticket_invalid' });
    const issued = await Promise.all(Array.from({ length: 101 }, () => tickets.issue(authentication)));
    expect(issued.at(-2)).toBeDefined();
    expect(issued.at(-1)).toBeUndefined();
    now = 60_001;
    expect(await tickets.issue(authentication)).toBeDefined();
  });
});

/** Sets the clock of this process, in which the server runs, to a time until the test ends. */
function goTo(time: Date): void {
  vi.useFakeTimers({ toFake: ['Date'], now: time });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

async function ticketFor({ url }: GuardedServer, key: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/tickets`, { method: 'POST', headers: bearer(key) });
  expect(response.status).toBe(201);
  return ((await response.json()) as { ticket: string }).ticket;
}
