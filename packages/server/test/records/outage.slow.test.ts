import { cpSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.js';
import { databaseFailureOf } from '../../src/db/database-failure.js';
import { embeddedPath, openDatabase } from '../../src/db/database.js';
import { postgresMissing, startPostgres } from '../support/postgres.js';
import { runCli } from '../cli/run-cli.js';
import { temporaryDirectory } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, spoken } from '../support/storage.js';
import { until } from '../support/until.js';

describe('finals wait, unsent, and new sessions are refused,', () => {
  test('while the disk is full, and go on when there is room', async () => {
    const storage = await openTestStorage({ dataDirectory: temporaryDirectory(), database: undefined });
    const writer = await begin(storage, 'a');
    const { db } = storage.database;
    await sql`pragma max_page_count = 1`.execute(db);
    await whileUnavailable(storage, writer, () => sql`pragma max_page_count = 1000000`.execute(db));
  });

  test('while another program locks the database, and go on when it lets go', async () => {
    const dataDirectory = temporaryDirectory();
    const storage = await openTestStorage({ dataDirectory, database: undefined });
    const writer = await begin(storage, 'a');
    const other = new DatabaseSync(embeddedPath({ dataDirectory }));
    other.exec('begin immediate');
    await whileUnavailable(storage, writer, () => {
      other.exec('rollback');
      other.close();
    });
  });

  test.skipIf(postgresMissing !== undefined)(
    'while PostgreSQL is gone, and go on when it is back',
    async () => {
      const server = await startPostgres();
      try {
        const storage = await openTestStorage({
          dataDirectory: temporaryDirectory(),
          database: server.createDatabase(),
        });
        const writer = await begin(storage, 'a');
        await server.kill();
        await whileUnavailable(storage, writer, () => server.start());
        await storage.close();
      } finally {
        await server.stop();
      }
    },
  );
});

test.skipIf(postgresMissing !== undefined)(
  'a connection to PostgreSQL that breaks in a transaction fails only that transaction',
  async () => {
    const server = await startPostgres();
    try {
      const database = await openDatabase({
        dataDirectory: temporaryDirectory(),
        database: server.createDatabase(),
      });
      const failing = database.transaction(async (transaction) => {
        await transaction.selectFrom('sessions').selectAll().execute();
        await server.kill();
        // The connection is broken already, but this process learns of it only in a later turn of the event loop.
        await setImmediate();
        await transaction.selectFrom('sessions').selectAll().execute();
      });
      const failure: unknown = await failing.catch((error: unknown) => error);
      expect(databaseFailureOf(failure)).toBe('passing');
      await server.start();
      expect(await database.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
      await database.close();
    } finally {
      await server.stop();
    }
  },
);

async function whileUnavailable(
  storage: Awaited<ReturnType<typeof openTestStorage>>,
  writer: Awaited<ReturnType<typeof begin>>,
  mend: () => unknown,
): Promise<void> {
  // More data than the free space of the existing database pages can hold.
  const committed: number[] = [];
  const commits = Array.from({ length: 50 }, async (_, index) => {
    await writer.commit(spoken('word '.repeat(40).trim(), index));
    committed.push(index);
  });
  await until(() => !storage.queue.isWriting());
  expect(committed).toEqual([]);
  await expect(begin(storage, 'b')).rejects.toMatchObject({ code: 'records_unavailable' });
  await mend();
  await Promise.all(commits);
  expect(committed).toEqual(Array.from(commits, (_, index) => index));
  await (await begin(storage, 'c')).close('1000');
  expect((await storage.records.read('a', DR_LEE)).finals).toBe(50);
  expect((await verifyAudit(storage.database)).problems).toEqual([]);
}

test("a program that reads the database does not disturb the server's writes, also after a lock", async () => {
  const dataDirectory = temporaryDirectory();
  const storage = await openTestStorage({ dataDirectory, database: undefined });
  const writer = await begin(storage, 'a');
  const other = new DatabaseSync(embeddedPath({ dataDirectory }));
  other.exec('begin immediate');
  await expect(sql`delete from logins`.execute(storage.database.db)).rejects.toThrow('locked');
  other.exec('rollback');
  other.close();
  await writer.commit(spoken('one', 0));
  const command = ['audit', 'verify', '--data-directory', dataDirectory];
  expect(await runCli(command)).toMatchObject({ status: 0 });
  await writer.commit(spoken('two', 1));
  const copy = temporaryDirectory();
  // The state that a killed process would leave.
  cpSync(dataDirectory, copy, { recursive: true });
  const later = await openTestStorage({ dataDirectory: copy, database: undefined });
  expect((await later.records.read('a', DR_LEE)).finals).toBe(2);
});
