import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/database.js';
import { runCli } from '../cli/run-cli.js';
import { connectOptedIn } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { runServe, startRealServer } from '../support/real-server.js';
import { RELEASED_VERSIONS, unpackEmbedded, unpackPostgres, type Fixture } from './fixtures.js';

let postgres: PostgresServer | undefined;
beforeAll(async () => {
  if (postgresMissing === undefined) postgres = await startPostgres({ durable: false });
  else console.warn(postgresMissing);
});
afterAll(() => postgres?.stop());

const createDatabase = (): string => {
  if (!postgres) throw new Error(postgresMissing);
  return postgres.createDatabase();
};

const kinds = [
  { kind: 'embedded', unpack: (version: string) => Promise.resolve(unpackEmbedded(version)), missing: false },
  {
    kind: 'PostgreSQL',
    unpack: (version: string) => unpackPostgres(version, createDatabase()),
    missing: postgresMissing !== undefined,
  },
] as const;

describe.each(RELEASED_VERSIONS)('what version %s has kept', (version) => {
  test.for(kinds)(
    'is served, verified and restored by this one: $kind',
    { timeout: 240_000 },
    async (kind, { skip }) => {
      if (kind.missing) skip(postgresMissing);
      const fixture = await kind.unpack(version);
      await expectServed(fixture);
      const backup = join(fixture.folder, 'backup.auscult');
      const verified = await runCli(['verify', '--json', '--backup', backup, ...fixture.storage]);
      expect(JSON.parse(verified.stdout)).toMatchObject({ findings: [] });
      expect(verified.status).toBe(0);
      await expectRestored(fixture, kind.kind === 'embedded' ? [] : ['--database', createDatabase()]);
    },
  );
});

test.for(kinds)(
  'a database of a later version is refused with what to do, and stays as it is: $kind',
  { timeout: 120_000 },
  async (kind, { skip }) => {
    if (kind.missing) skip(postgresMissing);
    const { folder, storage } = await kind.unpack(RELEASED_VERSIONS.at(-1) ?? '');
    const place = { dataDirectory: join(folder, 'data'), database: flagIn(storage, '--database') };
    const database = await openDatabase(place);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')`.execute(
      database.db,
    );
    await database.close();
    for (const { status, stderr } of [await runServe(storage), await runCli(['verify', ...storage])]) {
      expect(status).toBeGreaterThan(0);
      expect(stderr).toContain('the database was written by a newer version of Auscult (9999-later).');
      expect(stderr).toContain('Install that version, or restore a backup');
    }
  },
);

/** Starts a server over the fixture, which answers every session as the version that made it, and holds new ones. */
async function expectServed({ storage, secret, sessions }: Fixture): Promise<void> {
  const server = await startRealServer(
    ...['--authentication', 'required', '--workers', '1', '--model', 'moonshine-tiny', ...storage],
  );
  const headers = { authorization: `Bearer ${secret}` };
  expect(sessions.length).toBeGreaterThan(1);
  for (const session of sessions) {
    const url = `${server.url}/api/v1/sessions/${session.id}`;
    expect(await (await fetch(url, { headers })).json()).toMatchObject(session);
    const audio = await fetch(`${url}/audio`, { headers });
    expect(audio.status).toBe(200);
    expect((await audio.arrayBuffer()).byteLength).toBeGreaterThan(60_000);
  }
  const client = await connectOptedIn(server.url, { headers });
  client.send({ type: 'stop' });
  await client.next('stopped');
  server.signal('SIGTERM');
  expect(await server.exited).toBe(0);
}

async function expectRestored({ folder, sessions }: Fixture, database: readonly string[]): Promise<void> {
  const dataDirectory = temporaryDirectory();
  cpSync(join(folder, 'data/master.key'), join(dataDirectory, 'master.key'));
  const storage = [
    ...['--data-directory', dataDirectory, '--data-key-copy', join(folder, 'data-keys.json'), ...database],
  ];
  const restored = await runCli(['restore', join(folder, 'backup.auscult'), '--json', ...storage]);
  expect(restored).toMatchObject({ status: 0 });
  const verified = await runCli(['verify', '--json', ...storage]);
  expect(JSON.parse(verified.stdout)).toMatchObject({ findings: [] });
  const opened = await openDatabase({ dataDirectory, database: flagIn(database, '--database') });
  const ids = await opened.db.selectFrom('sessions').select('id').execute();
  await opened.close();
  expect(ids.map(({ id }) => id)).toEqual(expect.arrayContaining(sessions.map(({ id }) => id)));
}

function flagIn(flags: readonly string[], flag: string): string | undefined {
  const place = flags.indexOf(flag);
  return place === -1 ? undefined : flags[place + 1];
}
