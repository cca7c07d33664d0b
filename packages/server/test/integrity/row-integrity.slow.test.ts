import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { createAccounts } from '../../src/access/accounts.js';
import { createApiKeys } from '../../src/access/api-keys.js';
import { createLogins } from '../../src/access/logins.js';
import { createPasswords } from '../../src/access/passwords.js';
import { createRecoveryCodes } from '../../src/access/recovery-codes.js';
import { accessSeal } from '../../src/access/seal.js';
import { createUsers } from '../../src/access/users.js';
import { EMPTY_CHAIN, nextEntry } from '../../src/audit/audit-entry.js';
import { openDatabase, type Database, type DatabaseSettings } from '../../src/db/database.js';
import type { RefusedRow } from '../../src/integrity/refused-rows.js';
import { revouchRows } from '../../src/integrity/revouch-rows.js';
import { verifyAuthenticatedRows, verifyRecordHeads } from '../../src/integrity/verify-rows.js';
import { destroyDamaged } from '../../src/records/destroy-damaged.js';
import { createMasterKeyFile, loadMasterKeys, newMasterKey } from '../../src/records/master-keys.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { saveConfiguration } from '../../src/storage/saved-configuration.js';
import { BY_SERVER } from '../support/access.js';
import { describeDatabases } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, recordSession, spoken } from '../support/storage.js';

const KEY = {
  tenant: 'north',
  name: 'a key',
  role: 'service',
  groups: [],
  expiresAt: undefined,
  createdBy: undefined,
} as const;
const USER = {
  tenant: 'north',
  name: 'dr.who',
  role: 'clinician',
  groups: [],
  usesCodes: true,
  createdBy: undefined,
} as const;

describeDatabases('forged rows', ({ kind, settings }) => {
  test('let no key in: one with another role or MAC, or one restored from before its revocation', async () => {
    const where = settings();
    const { storage, apiKeys } = await open(where);
    const { id, secret } = await apiKeys.create(KEY, BY_SERVER);
    const other = await apiKeys.create(KEY, BY_SERVER);
    const { db } = storage.database;
    const lets = async (text: string): Promise<boolean> => (await apiKeys.authenticate(text)).ok;
    expect(await lets(secret)).toBe(true);
    const before = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

    await sql`update api_keys set role = 'administrator' where id = ${id}`.execute(db);
    expect(await lets(secret)).toBe(false);
    expect(await lets(secret)).toBe(false);
    expect((await apiKeys.list()).map((key) => key.id)).toEqual([other.id]);
    await sql`update api_keys set role = 'service' where id = ${id}`.execute(db);
    await sql`update api_keys set mac = (select mac from api_keys where id = ${other.id}) where id = ${id}`.execute(
      db,
    );
    expect(await lets(secret)).toBe(false);
    await sql`update api_keys set mac = null, mac_key_id = null where id = ${id}`.execute(db);
    expect(await lets(secret)).toBe(false);
    await putBack(storage, 'api_keys', before);
    expect(await lets(secret)).toBe(true);

    await apiKeys.revoke(id, BY_SERVER);
    await putBack(storage, 'api_keys', before);
    expect(await lets(secret)).toBe(false);
    // Another server has never seen the key, but knows from the audit log that it was revoked.
    const another = await open(where);
    expect(await another.apiKeys.authenticate(secret)).toMatchObject({ ok: false });
    expect(await findings(storage)).toEqual([{ table: 'api_keys', id, refusal: 'replayed' }]);
    await vi.waitFor(async () => {
      expect(await refusals(storage)).toEqual([
        `altered api_keys/${id}`,
        `replayed api_keys/${id}`,
        `replayed api_keys/${id}`,
      ]);
    });
  });

  test('are reported on any read, also by the revocation of a revoked key', async () => {
    const { storage, apiKeys } = await open(settings());
    const { id } = await apiKeys.create(KEY, BY_SERVER);
    expect(await apiKeys.revoke(id, BY_SERVER)).toBe(true);
    expect(await apiKeys.revoke(id, BY_SERVER)).toBe(false);
    expect(await refusals(storage)).toEqual([]);
    await sql`update api_keys set name = 'another' where id = ${id}`.execute(storage.database.db);
    expect(await apiKeys.revoke(id, BY_SERVER)).toBe(false);
    await vi.waitFor(async () => {
      expect(await refusals(storage)).toEqual([`altered api_keys/${id}`]);
    });
  });

  test('let no user in: one with another role or password, a used code, or one restored after being disabled', async () => {
    const where = settings();
    const { storage, users, accounts } = await open(where);
    const user = await users.create({ ...USER, usesCodes: false }, BY_SERVER);
    const attacker = await users.create({ ...USER, name: 'attacker', usesCodes: false }, BY_SERVER);
    if (user === undefined || attacker === undefined) throw new Error('the name is taken');
    const { db } = storage.database;
    const lets = async (password = user.password, code?: string) =>
      (await users.check('dr.who', password, code)).kind === 'right';
    const rowOf = () =>
      db.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirstOrThrow();
    expect(await lets()).toBe(true);
    const enabled = await rowOf();
    await sql`update users set role = 'administrator' where id = ${user.id}`.execute(db);
    expect(await lets()).toBe(false);
    await putBack(storage, 'users', enabled);
    await sql`update users set password_hash = (select password_hash from users where id = ${attacker.id}) where id = ${user.id}`.execute(
      db,
    );
    expect(await lets(attacker.password)).toBe(false);
    await putBack(storage, 'users', enabled);

    const [code = ''] = await accounts.renewRecoveryCodes(user.id, { by: BY_SERVER });
    const codes = await db.selectFrom('recovery_codes').selectAll().execute();
    await users.disable(user.id, BY_SERVER);
    await putBack(storage, 'users', enabled);
    expect(await lets()).toBe(false);
    expect(await users.find(user.id)).toBeUndefined();
    // A user who can no longer log in can be created again under the same name.
    const anew = await users.create(USER, BY_SERVER);
    if (anew === undefined) throw new Error('the name is taken');
    const [used = ''] = await accounts.renewRecoveryCodes(anew.id, { by: BY_SERVER });
    const own = await db.selectFrom('recovery_codes').selectAll().execute();
    expect(await lets(anew.password, used)).toBe(true);
    await sql`delete from recovery_codes`.execute(db);
    for (const row of own) await db.insertInto('recovery_codes').values(row).execute();
    expect(await lets(anew.password, used)).toBe(false);
    expect(codes.length).toBe(10);
    expect(code).not.toBe(used);
  });

  test('keep nobody logged in: a login moved to another user, or restored after it had ended', async () => {
    const { storage, users, logins, accounts } = await open(settings());
    const user = await users.create({ ...USER, usesCodes: false }, BY_SERVER);
    const other = await users.create({ ...USER, name: 'other', usesCodes: false }, BY_SERVER);
    if (user === undefined || other === undefined) throw new Error('the name is taken');
    const { db } = storage.database;
    let cookie = '';
    const logIn = () =>
      users.check('dr.who', user.password, undefined, async (transaction, login) => {
        cookie = await logins.startIn(transaction, login.user);
      });
    await logIn();
    const lets = async () => (await logins.authenticate(cookie)).ok;
    expect(await lets()).toBe(true);
    const row = await db.selectFrom('logins').selectAll().executeTakeFirstOrThrow();
    await sql`update logins set user_id = ${other.id}`.execute(db);
    expect(await lets()).toBe(false);
    await sql`delete from logins`.execute(db);
    await db.insertInto('logins').values(row).execute();
    expect(await lets()).toBe(true);
    await logins.end(cookie, BY_SERVER);
    await db.insertInto('logins').values(row).execute();
    expect(await lets()).toBe(false);

    await logIn();
    const ended = await db
      .selectFrom('logins')
      .selectAll()
      .where('digest', '!=', row.digest)
      .executeTakeFirstOrThrow();
    await accounts.setPassword(user.id, 'correct horse battery', {
      by: BY_SERVER,
      endLogins: (transaction, epoch) => logins.endOthersIn(transaction, user.id, '', epoch),
    });
    expect(await lets()).toBe(false);
    await db.insertInto('logins').values(ended).execute();
    expect(await lets()).toBe(false);
  });

  test('open no record to another owner or group, and let no held record be destroyed', async () => {
    const storage = await openTestStorage(settings());
    const { records, database } = storage;
    for (const id of ['a', 'b', 'c']) await recordSession(storage, id, ['my knee']);
    await sql`update sessions set owner = 'dr-evil' where id = 'a'`.execute(database.db);
    await sql`insert into session_groups (session_id, name) values ('b', 'ward-9')`.execute(database.db);
    for (const id of ['a', 'b']) {
      await expect(records.summary(id)).rejects.toMatchObject({ code: 'record_damaged' });
      await expect(records.read(id, DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
    }
    const found = await records.find({ scope: { tenant: 'default' }, limit: 50 }, DR_LEE);
    expect(found.records.map(({ id }) => id)).toEqual(['c']);

    const before = await database.db
      .selectFrom('sessions')
      .selectAll()
      .where('id', '=', 'c')
      .executeTakeFirstOrThrow();
    await records.hold('c', true, DR_LEE);
    await putBack(storage, 'sessions', before);
    await expect(records.destroy(['c'], DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
    await records.destroy(['c'], DR_LEE, 'retention.destroy');
    expect(await database.db.selectFrom('sessions').select('id').orderBy('id').execute()).toHaveLength(3);
    expect(await findings(storage)).toEqual([
      { table: 'sessions', id: 'a', refusal: 'altered' },
      { table: 'sessions', id: 'b', refusal: 'altered' },
      { table: 'sessions', id: 'c', refusal: 'replayed' },
    ]);
  });

  test('can be destroyed with the rest of their record, unless it is whole, open or on hold', async () => {
    const storage = await openTestStorage(settings());
    const { records, database } = storage;
    for (const id of ['forged', 'gone', 'whole', 'held']) await recordSession(storage, id, ['my knee']);
    await begin(storage, 'open');
    await records.hold('held', true, DR_LEE);
    await sql`update sessions set owner = 'dr-evil', held = 1 where id in ('forged', 'open')`.execute(
      database.db,
    );
    await sql`update sessions set held = 0 where id = 'held'`.execute(database.db);
    await hideRow(storage, 'gone');
    const servers = { id: storage.serverId, place: null, pid: 1, seen_at: 0 };
    await database.db.insertInto('servers').values(servers).execute();

    const actor = { ...DR_LEE, reason: 'forged' };
    await expect(destroyDamaged(storage, 'whole', actor)).rejects.toThrow('is not damaged');
    await expect(destroyDamaged(storage, 'nowhere', actor)).rejects.toThrow('there is no record');
    await expect(destroyDamaged(storage, 'held', actor)).rejects.toMatchObject({ code: 'record_on_hold' });
    await expect(destroyDamaged(storage, 'open', actor)).rejects.toMatchObject({ code: 'record_open' });
    await destroyDamaged(storage, 'forged', actor);
    await destroyDamaged(storage, 'gone', actor);

    for (const table of ['data_keys', 'segments'] as const) {
      const left = await database.db.selectFrom(table).select('session_id').distinct().execute();
      expect(left.map((row) => row.session_id)).not.toEqual(expect.arrayContaining(['forged']));
      expect(left.map((row) => row.session_id)).not.toEqual(expect.arrayContaining(['gone']));
    }
    expect(await entriesOf(storage, 'record.delete')).toMatchObject([
      { what: 'forged', reason: 'forged', counts: { keys: 1 } },
      { what: 'gone', counts: { keys: 1, segments: 1 } },
    ]);
    expect(await records.isDestroyed('gone')).toBe(true);
    expect((await findings(storage)).map(({ id }) => id)).toEqual(['held', 'open']);
  });

  test('make a record damaged, and what is left of it can still be read on request', async () => {
    const storage = await openTestStorage(settings(), { keepAudio: 'true' });
    const { records, database } = storage;
    const tamperings = {
      final: [`delete from segments where session_id = 'final' and place = 1`],
      correction: [`delete from segments where session_id = 'correction' and version = 2`],
      author: [`update segments set written_by = 'dr-evil' where session_id = 'author' and version = 2`],
      pass: [`delete from refined_parts where session_id = 'pass'`],
    };
    for (const [id, statements] of Object.entries(tamperings)) {
      const writer = await begin(storage, id);
      for (const [second, text] of ['my knee', 'my hip'].entries()) await writer.commit(spoken(text, second));
      await writer.refine({ id: 'p', model: 'm', start: 0, end: 1, finals: [spoken('my knees', 0)] });
      await writer.close('1000');
      await records.correct(id, { reading: 'live', place: 0, version: 1, text: 'the knee' }, DR_LEE);
      expect((await records.read(id, DR_LEE)).isWhole).toBe(true);
      for (const statement of statements) await sql.raw(statement).execute(database.db);
      await expect(records.read(id, DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
      const correction = { reading: 'live', place: 0, version: 1, text: 'no knee' } as const;
      await expect(records.correct(id, correction, DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
      const left = await records.read(id, DR_LEE, 'record.read', 'show');
      expect(left.isWhole).toBe(false);
      expect(left.segments.length).toBeGreaterThan(0);
    }
    const writer = await begin(storage, 'audio');
    void writer.keepAudio(0, new Float32Array(16_000 * 21));
    void writer.keepAudio(0, new Float32Array(16_000));
    await writer.close('1000');
    await sql`delete from audio_pieces where session_id = 'audio' and place = 1`.execute(database.db);
    await expect(records.audio('audio', 0, DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
    expect((await findings(storage)).map(({ id, refusal }) => `${refusal} ${id}`).sort()).toEqual(
      [...Object.keys(tamperings), 'audio'].sort().map((id) => `shortened ${id}`),
    );
  });

  test('never stop an open session, but make its record refused afterwards', async () => {
    const storage = await openTestStorage(settings());
    const writer = await begin(storage, 'a');
    await writer.commit(spoken('my knee', 0));
    await sql`update sessions set owner = 'dr-evil'`.execute(storage.database.db);
    await writer.commit(spoken('my hip', 1));
    await sql`update sessions set owner = 'dr-lee'`.execute(storage.database.db);
    await writer.commit(spoken('my toe', 2));
    await writer.close('1000');
    await expect(storage.records.read('a', DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
    const { count } = await storage.database.db
      .selectFrom('segments')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(3);
  });

  test('without MACs are vouched for once when they come from an earlier version, and never again', async () => {
    const where = settings();
    const older = await openDatabase(where, { migrateTo: '0006-missing-audio' });
    for (const statement of [
      `insert into api_keys (id, tenant, name, role, group_names, digest, created_at) values ('k', 't', 'n', 'service', '[]', 'd', '2026-01-01T00:00:00.000Z')`,
      `insert into sessions (id, tenant, owner, model, language, channels, started_at, ended_at) values ('s', 'default', 'dr-lee', 'm', 'en', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`,
    ])
      await sql.raw(statement).execute(older.db);
    await leaveTracesOfStart(older, where.dataDirectory);
    await older.close();
    const first = await openTestStorage(where);
    expect(await entriesOf(first, 'rows.vouch')).toMatchObject([
      { counts: { vouched: 2, keys: 1, sessions: 1 } },
    ]);
    expect(await createApiKeys(first).find('k')).toMatchObject({ id: 'k' });
    expect(await first.records.summary('s')).toMatchObject({ id: 's' });
    await sql`update api_keys set mac = null, mac_key_id = null, role = 'administrator'`.execute(
      first.database.db,
    );
    const second = await openTestStorage(where);
    expect(await createApiKeys(second).find('k')).toBeUndefined();
    expect(await entriesOf(second, 'rows.vouch')).toHaveLength(1);
    await sql`delete from kysely_migration where name = '0009-authenticated-rows'`.execute(first.database.db);
    const third = await openTestStorage(where);
    expect(await createApiKeys(third).find('k')).toBeUndefined();
    expect(await entriesOf(third, 'rows.vouch')).toHaveLength(1);
    await sql`delete from kysely_migration where name > '0009'`.execute(first.database.db);
    await expect(openTestStorage(where)).rejects.toThrow();
  });

  test('are told apart from rows with MACs of an older master key, which are renewed', async () => {
    const where = settings();
    const { storage, apiKeys } = await open(where);
    const { id } = await apiKeys.create(KEY, BY_SERVER);
    const forged = await apiKeys.create(KEY, BY_SERVER);
    await recordSession(storage, 'a', ['my knee']);
    await sql`update api_keys set role = 'administrator' where id = ${forged.id}`.execute(
      storage.database.db,
    );
    const path = join(where.dataDirectory, 'master.key');
    writeFileSync(path, `${newMasterKey()}\n${readFileSync(path, 'utf8')}`);
    await storage.masterKeys.reload();
    expect(await revouchRows(storage.database, storage.integrity.macs)).toBe(2);
    const [current = ''] = readFileSync(path, 'utf8').split('\n');
    const { wrapped } = await storage.database.db
      .selectFrom('data_keys')
      .select('wrapped')
      .executeTakeFirstOrThrow();
    expect(wrapped.length).toBeGreaterThan(0);
    writeFileSync(path, `${current}\n`);
    await storage.masterKeys.reload();
    expect(await apiKeys.find(id)).toMatchObject({ id });
    expect(await apiKeys.find(forged.id)).toBeUndefined();
    expect(await storage.records.summary('a')).toMatchObject({ finals: 1 });
  });

  test('do not arise from changes that cannot be audited, because these are rolled back', async () => {
    const { storage, apiKeys, users, accounts, logins } = await open(settings());
    const key = await apiKeys.create(KEY, BY_SERVER);
    const user = await users.create({ ...USER, usesCodes: false }, BY_SERVER);
    if (user === undefined) throw new Error('the name is taken');
    await recordSession(storage, 'a', ['my knee']);
    const { db } = storage.database;
    const state = async () =>
      JSON.stringify([
        await db.selectFrom('api_keys').selectAll().execute(),
        await db.selectFrom('users').selectAll().execute(),
        await db.selectFrom('logins').selectAll().execute(),
        await db.selectFrom('recovery_codes').selectAll().execute(),
        await db.selectFrom('sessions').selectAll().execute(),
        await db.selectFrom('segments').selectAll().execute(),
      ]);
    const before = await state();
    await refuseEntries(storage, kind);
    const by = BY_SERVER;
    const changes: readonly (() => Promise<unknown>)[] = [
      () => apiKeys.create(KEY, by),
      () => apiKeys.revoke(key.id, by),
      () => users.create({ ...USER, name: 'other' }, by),
      () => users.disable(user.id, by),
      () => users.reset(user.id, by),
      () => accounts.setPassword(user.id, 'correct horse battery', { by }),
      () => accounts.renewRecoveryCodes(user.id, { by }),
      () =>
        users.check('dr.who', user.password, undefined, async (transaction, login) => {
          await logins.startIn(transaction, login.user);
          await storage.audit.appendIn(transaction, {
            action: 'login',
            outcome: 'success',
            ...by,
            what: undefined,
          });
        }),
      () => storage.records.hold('a', true, DR_LEE),
      () => storage.records.correct('a', { reading: 'live', place: 0, version: 1, text: 'no' }, DR_LEE),
      () => storage.records.destroy(['a'], DR_LEE),
    ];
    for (const change of changes) {
      await expect(change()).rejects.toThrow();
      expect(await state()).toBe(before);
    }
  });
});

async function open(where: DatabaseSettings) {
  const storage = await openTestStorage(where);
  const recoveryCodes = createRecoveryCodes(storage);
  const services = { ...storage, passwords: createPasswords(), recoveryCodes, seal: accessSeal(where) };
  return {
    storage,
    apiKeys: createApiKeys(storage),
    users: createUsers(services),
    accounts: createAccounts(services),
    logins: createLogins({ loginIdleMinutes: 30, loginHours: 12 }, storage),
  };
}

/** Writes a row as it was once, with all that vouched for it then. */
async function putBack(
  { database: { db } }: Storage,
  table: 'api_keys' | 'users' | 'sessions',
  row: Readonly<Record<string, unknown>> & { readonly id: string },
): Promise<void> {
  const columns = Object.entries(row).filter(([name]) => name !== 'id');
  const assignments = columns.map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  await sql`update ${sql.table(table)} set ${sql.join(assignments)} where id = ${row.id}`.execute(db);
}

/** Removes the row of a session, and leaves the rest of its record. */
async function hideRow({ database: { db, kind } }: Storage, id: string): Promise<void> {
  if (kind === 'sqlite') {
    await sql`pragma foreign_keys = off`.execute(db);
    await sql`delete from sessions where id = ${id}`.execute(db);
    await sql`pragma foreign_keys = on`.execute(db);
    return;
  }
  await sql`alter table sessions disable trigger all`.execute(db);
  await sql`delete from sessions where id = ${id}`.execute(db);
  await sql`alter table sessions enable trigger all`.execute(db);
}

async function refuseEntries({ database: { db } }: Storage, kind: 'sqlite' | 'postgres'): Promise<void> {
  if (kind === 'sqlite') {
    await sql`create trigger no_entries before insert on audit_entries begin select raise(abort, 'no'); end`.execute(
      db,
    );
    return;
  }
  await sql`create function refuse_entry() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`.execute(
    db,
  );
  await sql`create trigger no_entries before insert on audit_entries for each row execute function refuse_entry()`.execute(
    db,
  );
}

async function findings(storage: Storage): Promise<readonly RefusedRow[]> {
  const found: RefusedRow[] = [];
  for await (const rows of verifyAuthenticatedRows(storage)) found.push(...rows);
  for await (const rows of verifyRecordHeads(storage)) found.push(...rows);
  return found;
}

interface Entry {
  readonly action: string;
  readonly what?: string;
  readonly reason?: string;
  readonly counts?: Readonly<Record<string, number>>;
}

async function entriesOf({ database: { db } }: Storage, action: string): Promise<readonly Entry[]> {
  const rows = await db.selectFrom('audit_entries').select('entry').orderBy('sequence').execute();
  return rows.map(({ entry }) => JSON.parse(entry) as Entry).filter((entry) => entry.action === action);
}

async function refusals(storage: Storage): Promise<readonly string[]> {
  return (await entriesOf(storage, 'row.refused'))
    .map(({ reason, what }) => `${reason ?? ''} ${what ?? ''}`)
    .sort();
}

/** Leaves what a server of any version leaves at its start: its settings and an entry in the audit log. */
async function leaveTracesOfStart({ transaction }: Database, dataDirectory: string): Promise<void> {
  createMasterKeyFile(join(dataDirectory, 'master.key'));
  const masterKeys = await loadMasterKeys(
    { dataDirectory, masterKeyFile: undefined, masterKeyCommand: undefined },
    {},
  );
  const started = { ...BY_SERVER, action: 'server.start', outcome: 'success', what: undefined } as const;
  await transaction(async (writing) => {
    await saveConfiguration(writing, masterKeys, dataDirectory, {});
    await writing
      .insertInto('audit_entries')
      .values(nextEntry(EMPTY_CHAIN, started, new Date()))
      .execute();
  });
}
