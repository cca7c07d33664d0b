import { once } from 'node:events';
import { copyFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { DatabaseSync } from '@photostructure/sqlite';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { embeddedPath, openDatabase, type Database } from '../../src/db/database.js';
import { createServerPair } from '../support/certificates.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';

describeDatabases('a database', ({ settings, open }) => {
  test('is created at the first opening, and opened unchanged later', async () => {
    const place = settings();
    await (await openDatabase(place)).close();
    const database = await openDatabase(place);
    expect(await database.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
    await database.close();
  });

  test('of a newer version is refused, with a remedy', async () => {
    const place = settings();
    const database = await openDatabase(place);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')`.execute(
      database.db,
    );
    await database.close();
    await expect(openDatabase(place)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('9999-later') as string,
      remedy: expect.stringContaining('Install that version') as string,
    });
  });

  test('keeps nothing of a transaction that fails', async () => {
    const { db, transaction } = await open();
    const failing = transaction(async (writing) => {
      await writing.insertInto('destroyed_keys').values({ session_id: 'a', destroyed_at: 'now' }).execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await db.selectFrom('destroyed_keys').selectAll().execute()).toEqual([]);
  });

  test('lets a reader see one state while others write', async () => {
    const { db, snapshot } = await open();
    const counted = await snapshot(async (reading) => {
      const count = () => reading.selectFrom('destroyed_keys').selectAll().execute();
      const before = await count();
      await db.insertInto('destroyed_keys').values({ session_id: 'a', destroyed_at: 'now' }).execute();
      return [before.length, (await count()).length];
    });
    expect(counted).toEqual([0, 0]);
  });

  test('refuses to change or remove an entry of the audit log', async () => {
    const { db } = await open();
    await db.insertInto('audit_entries').values({ sequence: 1, entry: '{}', hash: 'a' }).execute();
    await expect(sql`update audit_entries set hash = 'b'`.execute(db)).rejects.toThrow('only ever added');
    await expect(sql`delete from audit_entries`.execute(db)).rejects.toThrow('only ever added');
  });
});

describe('the embedded database', () => {
  test('can be read by its owner only', async () => {
    const dataDirectory = temporaryDirectory();
    await (await openDatabase({ dataDirectory, database: undefined })).close();
    expect(statSync(embeddedPath({ dataDirectory })).mode & 0o777).toBe(0o600);
  });

  test('is one complete file once closed, unless others have it open', async () => {
    const place = { dataDirectory: temporaryDirectory(), database: undefined };
    const path = embeddedPath(place);
    const logBytes = () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    const add = ({ db }: Database, id: string) =>
      db.insertInto('destroyed_keys').values({ session_id: id, destroyed_at: 'now' }).execute();
    const server = await openDatabase(place);
    await add(server, 'a');
    expect(logBytes()).toBeGreaterThan(0);

    const command = await openDatabase(place);
    await add(command, 'b');
    await command.close();
    await add(server, 'c');
    expect(logBytes()).toBeGreaterThan(0);
    await server.close();

    expect(logBytes()).toBe(0);
    const copied = { dataDirectory: temporaryDirectory(), database: undefined };
    copyFileSync(path, embeddedPath(copied));
    const alone = await openDatabase(copied);
    expect(await idsIn(alone)).toEqual(['a', 'b', 'c']);
    await alone.close();
  });

  test('loses nothing when closed during a read of an older state, and the reader cleans up', async () => {
    const place = { dataDirectory: temporaryDirectory(), database: undefined };
    const database = await openDatabase(place);
    const reading = await openDatabase(place);
    await reading.snapshot(async (state) => {
      await state.selectFrom('destroyed_keys').selectAll().execute();
      await database.db
        .insertInto('destroyed_keys')
        .values({ session_id: 'a', destroyed_at: 'now' })
        .execute();
      await database.close();
      expect(statSync(`${embeddedPath(place)}-wal`).size).toBeGreaterThan(0);
    });
    await reading.close();
    rmSync(`${embeddedPath(place)}-wal`);
    const again = await openDatabase(place);
    expect(await idsIn(again)).toEqual(['a']);
    await again.close();
  });

  test('that is damaged, locked or cannot be opened is reported as such', async () => {
    const dataDirectory = temporaryDirectory();
    const path = embeddedPath({ dataDirectory });
    writeFileSync(path, 'no database at all, although it is long enough to be one'.repeat(100));
    await expect(openDatabase({ dataDirectory, database: undefined })).rejects.toMatchObject({
      message: expect.stringContaining('damaged') as string,
      remedy: expect.stringContaining('auscult restore') as string,
    });

    const locked = temporaryDirectory();
    const other = new DatabaseSync(embeddedPath({ dataDirectory: locked }));
    other.exec('begin exclusive');
    await expect(openDatabase({ dataDirectory: locked, database: undefined })).rejects.toMatchObject({
      message: expect.stringContaining('locked') as string,
    });
    other.close();

    await expect(
      openDatabase({ dataDirectory: '/dev/null/none', database: undefined }),
    ).rejects.toMatchObject({
      name: 'ConfigError',
      remedy: expect.stringContaining('--data-directory') as string,
    });
  });
});

test('an unreachable PostgreSQL server is reported without its password', async () => {
  const failure = await openDatabase({
    dataDirectory: temporaryDirectory(),
    database: 'postgres://someone:secret-word@127.0.0.1:1/none',
  }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining('cannot be reached') as string,
  });
  expect(JSON.stringify(failure) + String(failure)).not.toContain('secret-word');
});

test.each([
  ['whose certificate is not trusted', 'S', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['without encryption', 'N', 'cannot be encrypted'],
])('a PostgreSQL server %s is reported with a remedy', async (_name, answer, told) => {
  const { cert, key } = await createServerPair();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // All that is asked first is whether there is encryption.
    socket.once('data', () => {
      socket.write(answer);
      if (answer === 'S') new TLSSocket(socket, { isServer: true, cert, key }).on('error', () => undefined);
    });
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const opening = openDatabase({
    dataDirectory: temporaryDirectory(),
    database: `postgres://someone:secret-word@127.0.0.1:${port}/none?sslmode=verify-full`,
  });
  await expect(opening).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining(told) as string,
    remedy: expect.stringContaining('sslrootcert') as string,
  });
});

async function idsIn({ db }: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('destroyed_keys').select('session_id').orderBy('session_id').execute();
  return rows.map(({ session_id: id }) => id);
}
