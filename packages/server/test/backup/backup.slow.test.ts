import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApiKeys } from '../../src/access/api-keys.js';
import { createRecoveryCodes } from '../../src/access/recovery-codes.js';
import { createPasswords } from '../../src/access/passwords.js';
import { accessSeal } from '../../src/access/seal.js';
import { createUsers } from '../../src/access/users.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { restoreBackup } from '../../src/backup/restore-backup.js';
import { BACKUP_TABLES, TABLES_LEFT_OUT } from '../../src/backup/tables.js';
import type { Database, DatabaseSettings } from '../../src/db/database.js';
import { runCli, type CliOutcome } from '../cli/run-cli.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { BY_SERVER } from '../support/access.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { DR_LEE, openTestStorage, recordSession } from '../support/storage.js';

describeDatabases('a backup', ({ settings, open }) => {
  test('restores records, versions, holds and the audit log, but no record that was destroyed since', async () => {
    const from = settings();
    const kept = temporaryDirectory();
    const storage = await openTestStorage(from, { dataKeyCopy: join(kept, 'keys.json') });
    await recordSession(storage, 'a', ['my knee']);
    await recordSession(storage, 'b', ['his elbow']);
    await storage.records.correct(
      'a',
      { reading: 'live', place: 0, version: 1, text: 'my left knee' },
      DR_LEE,
    );
    await storage.records.hold('a', true, DR_LEE);
    const made = await run(from, kept, from, 'backup', join(kept, 'backup'), '--json');
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toMatchObject({ rows: { sessions: 2, segments: 3 } });

    await recordSession(storage, 'c', ['after the backup']);
    const { wrapped } = await storage.database.db
      .selectFrom('data_keys')
      .select('wrapped')
      .where('session_id', '=', 'b')
      .executeTakeFirstOrThrow();
    expect(readFileSync(join(kept, 'keys.json'), 'utf8')).toContain(wrapped.toString('base64'));
    await storage.records.destroy(['b'], DR_LEE);
    expect(readFileSync(join(kept, 'keys.json'), 'utf8')).not.toContain(wrapped.toString('base64'));
    expect(readFileSync(join(kept, 'backup')).includes(wrapped)).toBe(false);

    const to = settings();
    const restored = await run(to, kept, from, 'restore', join(kept, 'backup'), '--json');
    expect(restored).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(restored.stdout)).toMatchObject({ destroyed: 1, rows: { sessions: 1 } });
    const back = await openTestStorage(to, { masterKeyFile: join(from.dataDirectory, 'master.key') });
    const record = await back.records.read('a', DR_LEE);
    expect(record.held).toBe(true);
    expect(record.segments[0]?.versions.map(({ text }) => text)).toEqual(['my knee', 'my left knee']);
    expect(await back.records.summary('b')).toBeUndefined();
    expect((await verifyAudit(back.database)).problems).toEqual([]);
  });

  test('that was changed or cut, or lacks its keys, is refused, and nothing of it is restored', async () => {
    const from = settings();
    const kept = temporaryDirectory();
    const storage = await openTestStorage(from);
    await recordSession(
      storage,
      'a',
      Array.from({ length: 40 }, (_, index) => `final ${index}`),
    );
    const backup = join(kept, 'backup');
    await run(from, kept, from, 'backup', backup);
    const whole = readFileSync(backup);

    const to = settings();
    const changed = Buffer.from(whole);
    changed[whole.length - 40] = (changed[whole.length - 40] ?? 0) ^ 1;
    for (const content of [changed, whole.subarray(0, -1), whole.subarray(0, 1000), Buffer.from('nothing')]) {
      writeFileSync(backup, content);
      const restoring = restoreBackup(to, storage.masterKeys, {
        path: backup,
        keyCopy: join(kept, 'keys.json'),
        destroyed: new Set(),
        access: { kind: 'revoke' },
      });
      await expect(restoring).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining('backup') as string,
      });
    }
    writeFileSync(backup, whole);
    const noCopy = await run(to, temporaryDirectory(), from, 'restore', backup);
    expect(noCopy).toMatchObject({ status: 2, stderr: expect.stringContaining('--data-key-copy') as string });
    expect((await run(to, kept, from, 'restore', backup)).status).toBe(0);
    const again = await run(to, kept, from, 'restore', backup);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('not empty') as string });
  });

  test('does not restore access that was revoked or reset since, unless asked to', async () => {
    const from = settings();
    const kept = temporaryDirectory();
    const old = await openTestStorage(from);
    const before = accessOf(old, from);
    const revoked = await before.apiKeys.create(KEY, BY_SERVER);
    const valid = await before.apiKeys.create(KEY, BY_SERVER);
    const disabled = await before.users.create({ ...USER, name: 'gone' }, BY_SERVER);
    const reset = await before.users.create({ ...USER, name: 'changed' }, BY_SERVER);
    await before.users.create({ ...USER, name: 'same' }, BY_SERVER);
    await run(from, kept, from, 'backup', join(kept, 'backup'));
    await before.apiKeys.revoke(revoked.id, BY_SERVER);
    const newer = await before.apiKeys.create(KEY, BY_SERVER);
    await before.users.disable(disabled?.id ?? '', BY_SERVER);
    const secrets = await before.users.reset(reset?.id ?? '', BY_SERVER);

    const restored = async (...flags: string[]) => {
      const to = settings();
      const outcome = await run(to, kept, from, 'restore', join(kept, 'backup'), ...flags);
      expect(outcome).toMatchObject({ status: 0, stderr: '' });
      const storage = await openTestStorage(to, {
        masterKeyFile: join(from.dataDirectory, 'master.key'),
      });
      const { apiKeys, users } = accessOf(storage, to);
      const keys = [revoked, valid, newer].map(({ secret }) => apiKeys.authenticate(secret));
      const people = [
        users.check('gone', disabled?.password ?? '', undefined),
        users.check('changed', reset?.password ?? '', undefined),
        users.check('changed', secrets?.password ?? '', undefined),
      ];
      return {
        said: outcome.stdout,
        keys: (await Promise.all(keys)).map(({ ok }) => ok),
        people: (await Promise.all(people)).map(({ kind }) => kind === 'right'),
        names: (await users.list()).map(({ name }) => name),
        logged: (await lastEntry(storage.database)).reason,
      };
    };
    const names = ['changed', 'gone', 'same'];
    expect(await restored()).toEqual({
      said: expect.stringContaining('revoked and all users disabled') as string,
      keys: [false, false, false],
      people: [false, false, false],
      names,
      logged: expect.stringMatching(/keys and users: revoke$/) as string,
    });
    expect(await restored('--access-from', from.database ?? from.dataDirectory)).toEqual({
      said: expect.stringContaining('of the database that is replaced') as string,
      keys: [false, true, true],
      people: [false, false, true],
      names,
      logged: expect.stringMatching(/keys and users: adopt$/) as string,
    });
    expect(await restored('--keep-access')).toMatchObject({
      keys: [true, true, false],
      people: [true, true, false],
      logged: expect.stringMatching(/keys and users: keep$/) as string,
    });
    const refused = await run(settings(), kept, from, 'restore', join(kept, 'backup'), '--access-from', kept);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('no database in') as string });
  });

  test('holds every table but the keys', async () => {
    const { db } = await open();
    const tables = (await db.introspection.getTables()).map(({ name }) => name);
    expect([...BACKUP_TABLES.map(({ name }) => name), ...TABLES_LEFT_OUT].sort()).toEqual(tables.sort());
  });
});

const KEY = {
  tenant: 'default',
  name: 'key',
  role: 'service',
  groups: [],
  expiresAt: undefined,
  createdBy: undefined,
} as const;
const USER = {
  tenant: 'default',
  role: 'clinician',
  groups: [],
  usesCodes: false,
  createdBy: undefined,
} as const;

function accessOf(storage: Storage, { dataDirectory }: DatabaseSettings) {
  const seal = accessSeal({ dataDirectory });
  return {
    apiKeys: createApiKeys(storage),
    users: createUsers({
      ...storage,
      passwords: createPasswords(),
      seal,
      recoveryCodes: createRecoveryCodes(storage),
    }),
  };
}

async function lastEntry({ db }: Database): Promise<{ readonly reason?: string }> {
  const { entry } = await db
    .selectFrom('audit_entries')
    .select('entry')
    .orderBy('sequence', 'desc')
    .executeTakeFirstOrThrow();
  return JSON.parse(entry) as { reason?: string };
}

/** Runs a command on the database `of`, with the copy of data keys in `kept` and the master key of `origin`. */
function run(
  of: DatabaseSettings,
  kept: string,
  origin: DatabaseSettings,
  ...args: readonly string[]
): Promise<CliOutcome> {
  const database = of.database === undefined ? [] : ['--database', of.database];
  return runCli([
    ...args,
    ...database,
    '--data-directory',
    of.dataDirectory,
    '--master-key-file',
    join(origin.dataDirectory, 'master.key'),
    '--data-key-copy',
    join(kept, 'keys.json'),
  ]);
}
