import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { postgresDialect } from '../../src/db/postgres.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';

let postgres: PostgresServer | undefined;
beforeAll(async () => {
  if (postgresMissing === undefined) postgres = await startPostgres({ durable: false });
});
afterAll(() => postgres?.stop());

test.skipIf(postgresMissing !== undefined)(
  'a connection that breaks during setup keeps no place in the pool, and the pool can be closed',
  async () => {
    const { url, stopCutting } = await cutWhileSetUp(postgres?.createDatabase() ?? '');
    const db = new Kysely<unknown>({ dialect: postgresDialect(url) });
    const ask = () => sql<{ one: number }>`select 1 as one`.execute(db);
    // More attempts than the pool has places.
    for (let attempt = 0; attempt < 10; attempt++) await expect(ask()).rejects.toThrow();
    stopCutting();
    expect((await ask()).rows).toEqual([{ one: 1 }]);
    await db.destroy();
  },
);

/** A way to the database that breaks once the session is about to be set up. */
async function cutWhileSetUp(database: string) {
  const target = new URL(database);
  let isCutting = true;
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => {
      if (isCutting && bytes.includes('synchronous_commit')) end();
      else server.write(bytes);
    });
    server.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
  });
  const url = new URL(database);
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    stopCutting: () => {
      isCutting = false;
    },
  };
}
