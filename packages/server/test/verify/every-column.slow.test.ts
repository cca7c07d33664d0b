import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createApiKeys } from '../../src/access/api-keys.js';
import { createAccountSettings } from '../../src/account-settings/account-settings.js';
import { createTemplateStore } from '../../src/templates/template-store.js';
import { createEnrolledVoices } from '../../src/access/enrolled-voices.js';
import { createAccounts } from '../../src/access/accounts.js';
import { createLogins } from '../../src/access/logins.js';
import { createPasswords } from '../../src/access/passwords.js';
import { createRecoveryCodes } from '../../src/access/recovery-codes.js';
import { accessSeal } from '../../src/access/seal.js';
import { createUsers } from '../../src/access/users.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { Config } from '../../src/config/schema.js';
import type { DatabaseSettings } from '../../src/db/database.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { saveConfiguration, savedFrom } from '../../src/storage/saved-configuration.js';
import { createJobRows } from '../../src/transcriptions/durable/job-rows.js';
import type { Check, Finding } from '../../src/verify/check.js';
import { checksOf } from '../../src/verify/verify-storage.js';
import { BY_SERVER } from '../support/access.js';
import { temporaryDirectory } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, spoken } from '../support/storage.js';

/** Columns on which no server relies later, or which are derived again from columns that are vouched for. */
const NOT_VOUCHED_FOR: ReadonlySet<string> = new Set([
  // The time of the last use of a key lets nobody in.
  'api_keys.last_used_at',
  // The time at which a session was destroyed. The audit log says that it was destroyed.
  'destroyed_keys.destroyed_at',
  // The list of running servers and of copies of data keys changes all the time.
  'servers.id',
  'servers.place',
  'servers.pid',
  'servers.seen_at',
  'key_copies.id',
  'key_copies.path',
  'key_copies.seen_at',
  'key_removals.copy_id',
  'key_removals.session_id',
  // What is known of the voices of open sessions, for some minutes. If it cannot be opened, numbers begin anew.
  'speaker_states.session_id',
  'speaker_states.sealed',
  'speaker_states.kept_until',
  // What a transcription has heard, and its transcript, for an hour: sealed, and refused if it cannot be opened.
  'transcription_finals.job_id',
  'transcription_finals.channel',
  'transcription_finals.hearing',
  'transcription_finals.place',
  'transcription_finals.sealed',
  'transcription_results.job_id',
  'transcription_results.sealed',
  // Tickets that wait for some seconds: sealed, and refused if they cannot be opened.
  'tickets.digest',
  'tickets.holder',
  'tickets.expires_at',
  'tickets.master_key_id',
  'tickets.sealed',
  // The schema changes that were applied. If one were missing, the next start would apply it again and fail.
  'kysely_migration.name',
  'kysely_migration.timestamp',
  'kysely_migration_lock.id',
  'kysely_migration_lock.is_locked',
]);

test('a change in any column of the database is found, except in columns listed as harmless', async () => {
  const place: DatabaseSettings = { dataDirectory: temporaryDirectory(), database: undefined };
  const { dataDirectory } = place;
  // Anchors wait in the database for a file that cannot be written.
  const blocked = join(dataDirectory, 'blocked');
  writeFileSync(blocked, 'a file where a folder should be');
  const auditAnchor = join(blocked, 'anchor.log');
  const config = loadConfig({ flags: { dataDirectory, auditAnchor }, environment: {} });
  const storage = await openTestStorage(place, { keepAudio: 'true', auditAnchor });
  await fill(storage, place);
  const { db } = storage.database;
  expect(await findings(storage, config)).toEqual([]);

  const { rows: columns } = await sql<{ name: string }>`
    select m.name || '.' || c.name as name from sqlite_schema m, pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite_%'`.execute(db);
  const { rows: triggers } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'trigger'`.execute(db);
  for (const { name } of triggers) await sql`drop trigger ${sql.ref(name)}`.execute(db);
  await sql`pragma foreign_keys = off`.execute(db);

  const unnoticed: string[] = [];
  const empty: string[] = [];
  for (const { name } of columns.filter((column) => !NOT_VOUCHED_FOR.has(column.name))) {
    const [table = '', column = ''] = name.split('.');
    const { rows } = await sql<{ id: number; value: unknown }>`
      select rowid as id, ${sql.ref(column)} as value from ${sql.table(table)}
      where ${sql.ref(column)} is not null limit 1`.execute(db);
    const [row] = rows;
    if (row === undefined) {
      empty.push(name);
      continue;
    }
    const other = altered(row.value);
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${other} where rowid = ${row.id}`.execute(
      db,
    );
    if ((await findings(storage, config)).length === 0) unnoticed.push(name);
    // A number that is the key of its table is the id of the row as well.
    const ids = typeof other === 'number' ? [row.id, other] : [row.id];
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${row.value}
      where ${sql.ref(column)} = ${other} and rowid in (${sql.join(ids)})`.execute(db);
  }
  expect(unnoticed).toEqual([]);
  // Columns that are added to the schema have to be added to the rows above.
  expect(empty).toEqual([]);
  expect(await findings(storage, config)).toEqual([]);
});

test('altered files beside the database are found as well', async () => {
  const place: DatabaseSettings = { dataDirectory: temporaryDirectory(), database: undefined };
  const config = loadConfig({ flags: { dataDirectory: place.dataDirectory }, environment: {} });
  const storage = await openTestStorage(place, { keepAudio: 'true' });
  await fill(storage, place);
  const list = join(place.dataDirectory, 'destroyed-sessions.jsonl');
  writeFileSync(list, '{"session":"a"}\n');
  writeFileSync(join(place.dataDirectory, 'access.key'), Buffer.alloc(32));
  expect(await findings(storage, config)).toEqual([
    { kind: 'destroyed-list', trouble: 'altered', at: list },
    { kind: 'code-secret', trouble: 'altered', at: expect.stringMatching(/^users /) as string },
  ]);
});

async function findings({ database, masterKeys }: Storage, config: Config): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  // Pages are as SQLite wrote them here.
  const checks = checksOf({ database, masterKeys, config }, []).filter(({ name }) => name !== 'database');
  for (const check of checks) found.push(...(await findingsOf(check)));
  return found;
}

async function findingsOf(check: Check): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for await (const step of check.steps()) found.push(...step.findings);
  return found;
}

function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 100_000;
  if (!Buffer.isBuffer(value)) return `${String(value)}x`;
  const bytes = Buffer.from(value);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return bytes;
}

/** Rows in every table, with every column. */
async function fill(storage: Storage, place: DatabaseSettings): Promise<void> {
  const { database, masterKeys } = storage;
  const services = {
    ...storage,
    passwords: createPasswords(),
    recoveryCodes: createRecoveryCodes(storage),
    seal: accessSeal(place),
  };
  const access = { tenant: 'north', name: 'name', groups: ['ward-3'], createdBy: 'user:somebody' };
  const apiKeys = createApiKeys(storage);
  const key = await apiKeys.create(
    { ...access, role: 'service', expiresAt: new Date('2099-01-01') },
    BY_SERVER,
  );
  await apiKeys.revoke(key.id, BY_SERVER);
  const users = createUsers(services);
  const user = await users.create({ ...access, role: 'clinician', usesCodes: true }, BY_SERVER);
  const other = await users.create(
    { ...access, name: 'other', role: 'clinician', usesCodes: false },
    BY_SERVER,
  );
  const former = await users.create(
    { ...access, name: 'former', role: 'clinician', usesCodes: false },
    BY_SERVER,
  );
  if (user === undefined || other === undefined || former === undefined) throw new Error('the name is taken');
  await createAccounts(services).renewRecoveryCodes(user.id, { by: BY_SERVER });
  const logins = createLogins({ loginIdleMinutes: 30, loginHours: 12 }, storage);
  await users.check('other', other.password, undefined, async (transaction, login) => {
    await logins.startIn(transaction, login.user);
  });
  await users.disable(former.id, BY_SERVER);
  const order = { name: 'Dr. Who', voice: new Float32Array(256).fill(0.0625), consent: '1', encoder: 'ge2e' };
  await createEnrolledVoices(storage).enrol(
    { tenant: 'north', subject: `user:${user.id}` },
    order,
    BY_SERVER,
  );
  await createAccountSettings(storage).replace(user.id, 0, { theme: 'dark', firstName: 'Dr Who' });
  await createTemplateStore(storage).create(
    { tenant: 'north', owner: `user:${user.id}` },
    { name: 'normal exam', text: 'No [[finding]].' },
    BY_SERVER,
  );

  for (const id of ['a', 'b', 'c']) {
    const writer = await begin(storage, id);
    writer.describe({
      language: 'en',
      channels: 1,
      task: 'transcribe',
      sampleRate: 16_000,
      settings: { writtenForm: false, dictationCommands: false, keyTerms: { count: 0, json: '[]' } },
    });
    await writer.commit(spoken('my knee', 0));
    await writer.keepAudio(0, new Float32Array(16_000));
    await writer.changeSpeakers({
      kind: 'corrected',
      spans: [],
      merge: [],
      name: [{ speaker: 0, name: 'Dr. Lee' }],
    });
    await writer.refine({ id: 'p', model: 'm', start: 0, end: 1, finals: [spoken('my knees', 0)] });
    await writer.close('1000', { missingSeconds: 0 });
  }
  await storage.records.correct('a', { reading: 'live', place: 0, version: 1, text: 'the knee' }, DR_LEE);
  await storage.records.destroy(['c'], DR_LEE);
  await database.transaction((transaction) =>
    createJobRows(database, storage.integrity).insertIn(transaction, WHOLE_JOB),
  );
  await database.transaction((transaction) =>
    saveConfiguration(transaction, masterKeys, place.dataDirectory, savedFrom({})),
  );
}

/** A job with something in every column. */
const WHOLE_JOB: Parameters<ReturnType<typeof createJobRows>['insertIn']>[1] = {
  id: 'job',
  tenant: 'north',
  owner: 'dr-lee',
  group_names: '["ward-3"]',
  origin: 'session',
  session_id: 'a',
  status: 'running',
  progress: 0.5,
  finals: 0,
  model: 'scripted',
  language: 'en',
  task: 'transcribe',
  words: 1,
  hearings: 1,
  audio_seconds: 1,
  damaged: 0,
  dropped: 0,
  created_at: '2026-01-01T00:00:00.000Z',
  started_at: '2026-01-01T00:00:01.000Z',
  ended_at: '2026-01-01T00:00:02.000Z',
  expires_at: '2026-01-01T01:00:02.000Z',
  attempts: 1,
  error: '{}',
  server_id: 'a server',
  audio_store: 'files:a',
  audio_files: 1,
  sealed_order: Buffer.alloc(64, 1),
  master_key_id: 'a key',
  wrapped: Buffer.alloc(64, 2),
};
