import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectNats } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type DatabaseSettings } from '../../src/db/database.js';
import { connectOptedIn, silence } from '../support/client.js';
import { recordOf, streamOf, taken } from '../support/moved-client.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const missing = natsMissing ?? postgresMissing;

describe.skipIf(missing !== undefined)('a session at another server', { timeout: 120_000 }, () => {
  let nats: NatsServer;
  let postgres: PostgresServer;
  /** Of all servers, which have one master key and one audit log. */
  let settings: { readonly dataDirectory: string; readonly database: string };
  beforeAll(async () => {
    [nats, postgres] = await Promise.all([startNats(), startPostgres({ durable: false })]);
    settings = {
      dataDirectory: mkdtempSync(join(tmpdir(), 'auscult-watched-')),
      database: postgres.createDatabase(),
    };
  }, 120_000);
  afterAll(async () => {
    await Promise.all([nats.stop(), postgres.stop()]);
    rmSync(settings.dataDirectory, { recursive: true, force: true });
  });

  test('is listed with what its server tells, and is ended there', async () => {
    const clustered = { ...settings, cluster: nats.url };
    const one = await startScriptedServer({ ...clustered, serverName: 'one' });
    const other = await startScriptedServer({ ...clustered, serverName: 'other' });
    const client = await connectOptedIn(one.url);
    client.send(silence(2));
    const stream = await streamOf(one);
    await taken(stream, 2);
    stream.final('first');
    await client.next('transcription');
    const id = client.all('ready')[0]?.sessionId ?? '';

    const seen = { id, server: 'one', connected: true, ending: false, audioSeconds: 2 };
    expect(await listedAt(other)).toMatchObject([seen]);
    expect(await listedAt(one)).toMatchObject([seen]);

    // Who has not the master key is not answered, and ends nothing.
    const stranger = await connectNats({ servers: nats.url });
    const subject = await subjectOfHolder(settings);
    const forged = JSON.stringify({ protocol: 1, key: 'none', sealed: '' });
    await expect(stranger.request(subject, forged, { timeout: 300 })).rejects.toThrow();
    await expect(stranger.request(subject, 'anything', { timeout: 300 })).rejects.toThrow();
    await stranger.close();

    expect(await endAt(other, id)).toEqual({ status: 204, code: undefined });
    expect(await client.closed).toBe(4411);
    expect(client.all('error')).toMatchObject([{ code: 'ended_by_administrator' }]);
    await until(async () => (await recordOf(one, id)).endedAt !== undefined);
    expect(await listedAt(other)).toEqual([]);
    expect(await endAt(other, id)).toEqual({ status: 404, code: 'session_not_open' });
  });

  test('without a cluster is listed by its row, and has to be ended at its server', async () => {
    const one = await startScriptedServer(settings);
    const other = await startScriptedServer(settings);
    const client = await connectOptedIn(one.url);
    const id = client.all('ready')[0]?.sessionId ?? '';
    const [session] = await listedAt(other);
    expect(session).toMatchObject({ id, owner: 'local' });
    expect(session).not.toHaveProperty('audioSeconds');
    expect(await endAt(other, id)).toEqual({ status: 503, code: 'session_out_of_reach' });
    expect(await endAt(one, id)).toEqual({ status: 204, code: undefined });
    expect(await client.closed).toBe(4411);
  });
});

/** Where the server is asked that holds the only open session. */
async function subjectOfHolder(settings: DatabaseSettings): Promise<string> {
  const database = await openDatabase(settings);
  try {
    const { server_id } = await database.db
      .selectFrom('sessions')
      .select('server_id')
      .where('ended_at', 'is', null)
      .executeTakeFirstOrThrow();
    return `auscult.v1.server.${server_id ?? ''}.sessions`;
  } finally {
    await database.close();
  }
}

async function listedAt({ url }: ScriptedServer): Promise<readonly object[]> {
  const response = await fetch(`${url}/api/v1/live`);
  return ((await response.json()) as { readonly sessions: readonly object[] }).sessions;
}

async function endAt(
  { url }: ScriptedServer,
  id: string,
): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const response = await fetch(`${url}/api/v1/live/${id}`, { method: 'DELETE' });
  if (response.ok) return { status: response.status, code: undefined };
  const { error } = (await response.json()) as { readonly error: { readonly code: string } };
  return { status: response.status, code: error.code };
}
