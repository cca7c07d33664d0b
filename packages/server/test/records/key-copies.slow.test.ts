import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EMPTY_CHAIN, nextEntry } from '../../src/audit/audit-entry.js';
import { createBackup } from '../../src/backup/create-backup.js';
import { readDestroyedSince } from '../../src/backup/destroyed-since.js';
import { restoreBackup } from '../../src/backup/restore-backup.js';
import { destroyRows } from '../../src/records/destroy-rows.js';
import {
  addToDestroyedList,
  destroyedListPath,
  readDestroyedList,
} from '../../src/records/destroyed-list.js';
import { readKeyCopy } from '../../src/records/key-copies/key-copy.js';
import { expireRecords } from '../../src/retention/expire.js';
import { parsePolicies } from '../../src/retention/policies.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { tamper } from '../support/audit.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { DR_LEE, openTestStorage, recordSession } from '../support/storage.js';
import { until } from '../support/until.js';

const DELETION_OF_A = { ...DR_LEE, action: 'record.delete', outcome: 'success', what: 'a' } as const;

describeDatabases('a copy of data keys', ({ kind, settings }) => {
  test('loses the keys of records that two processes destroy at once, and keeps the others', async () => {
    const place = settings();
    const server = await openTestStorage(place);
    const ids = Array.from({ length: 14 }, (_, index) => `s${index}`);
    for (const id of ids) await recordSession(server, id, ['my knee']);
    await backUp(server);
    const command = await openTestStorage(place);
    await Promise.all([
      ...ids.slice(0, 12).map((id) => server.records.destroy([id], DR_LEE)),
      command.records.destroy(['s12'], DR_LEE),
    ]);
    expect([...(await readKeyCopy(copyOf(place))).keys.keys()]).toEqual(['s13']);
    await expect(server.records.destroy(['s0'], DR_LEE)).rejects.toMatchObject({ code: 'record_not_found' });
    expect(leftBeside(copyOf(place))).toEqual([]);
  });

  test('that cannot be written prevents the destruction of a record, which is reported and audited', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    await recordSession(storage, 'a', ['my knee']);
    await backUp(storage);
    mkdirSync(`${copyOf(place)}.new`);
    await expect(storage.records.destroy(['a'], DR_LEE)).rejects.toMatchObject({
      code: 'key_copy_unavailable',
    });
    expect((await storage.records.read('a', DR_LEE)).finals).toBe(1);
    expect(await actions(storage)).toContain('record.delete failure key_copy_unavailable');
    rmdirSync(`${copyOf(place)}.new`);
    await storage.records.destroy(['a'], DR_LEE);
    expect((await readKeyCopy(copyOf(place))).keys.size).toBe(0);
    expect(await actions(storage)).toContain('record.delete success');
  });

  test('is cleaned at the next start if a process was killed before it did so', async () => {
    const place = settings();
    const killed = await openTestStorage(place);
    for (const id of ['a', 'b']) await recordSession(killed, id, ['my knee']);
    await backUp(killed);
    const copy = copyOf(place);
    const before = readFileSync(copy, 'utf8');
    await killed.database.transaction(async (transaction) => {
      await destroyRows(transaction, 'a');
      await killed.audit.appendIn(transaction, DELETION_OF_A);
    });
    // A file that the killed server had begun to write, and files that older versions left.
    writeFileSync(`${copy}.new`, before);
    writeFileSync(`${copy}.old`, before);
    writeFileSync(`${copy}.6b2f3c1e-9a53-4a0c-8d8e-1c2b3a4d5e6f`, before);
    const next = await openTestStorage(place);
    await next.keyCopies.settle();
    expect([...(await readKeyCopy(copy)).keys.keys()]).toEqual(['b']);
    expect(leftBeside(copy)).toEqual([]);
    const since = await readDestroyedSince({ named: [], folders: [place.dataDirectory] }, next.masterKeys);
    expect(since.lists).toContain(destroyedListPath(place));
    expect(since.sessions.has('a')).toBe(true);
  });

  test('keeps the keys of records whose destruction is forged', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    for (const id of ['a', 'b']) await recordSession(storage, id, ['my knee']);
    await backUp(storage);
    await storage.close();
    const noted = `insert into destroyed_keys (session_id, destroyed_at) values ('a', '2026-01-01T00:00:00.000Z')`;
    await tamper(
      place,
      noted,
      `insert into key_removals (copy_id, session_id) select id, 'a' from key_copies`,
      `delete from data_keys where session_id = 'a'`,
    );
    const next = await openTestStorage(place);
    await next.keyCopies.settle();
    const stop = next.keyCopies.attend();
    await until(async () => (await actions(next)).some((action) => action.startsWith('row.refused')));
    await next.records.destroy(['b'], DR_LEE);
    await backUp(next);
    stop();
    expect([...(await readKeyCopy(copyOf(place))).keys.keys()]).toEqual(['a']);
    expect(await readDestroyedList(destroyedListPath(place), next.masterKeys)).toEqual(new Set(['b']));
    // A forged entry in the audit log does not remove the key either.
    const forged = nextEntry({ ...EMPTY_CHAIN, sequence: 10_000 }, DELETION_OF_A, new Date());
    await next.database.db.insertInto('audit_entries').values(forged).execute();
    await next.keyCopies.settle();
    expect((await readKeyCopy(copyOf(place))).keys.has('a')).toBe(true);
  });

  test('is cleaned also elsewhere, behind a link and in an older format', async () => {
    const place = settings();
    const server = await openTestStorage(place);
    for (const id of ['a', 'b']) await recordSession(server, id, ['my knee']);
    const elsewhere = join(temporaryDirectory(), 'keys.json');
    await backUp(await openTestStorage(place, { dataKeyCopy: elsewhere }));
    const real = join(temporaryDirectory(), 'real.json');
    const { keys } = JSON.parse(readFileSync(elsewhere, 'utf8')) as { keys: object };
    writeFileSync(real, JSON.stringify({ version: 1, keys, destroyed: [] }));
    symlinkSync(real, copyOf(place));
    await server.records.destroy(['a'], DR_LEE);
    for (const path of [elsewhere, real]) expect([...(await readKeyCopy(path)).keys.keys()]).toEqual(['b']);
    expect(lstatSync(copyOf(place)).isSymbolicLink()).toBe(true);
  });

  test('does not get back the key of a destroyed record from a backup begun before', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    for (const id of ['a', 'b']) await recordSession(storage, id, ['my knee']);
    await Promise.all([backUp(storage), storage.records.destroy(['a'], DR_LEE), backUp(storage)]);
    expect([...(await readKeyCopy(copyOf(place))).keys.keys()]).toEqual(['b']);
  });

  test('that was taken away opens no record that is listed as destroyed', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    for (const id of ['a', 'b']) await recordSession(storage, id, ['my knee']);
    const path = await backUp(storage);
    const carried = join(temporaryDirectory(), 'carried.json');
    copyFileSync(copyOf(place), carried);
    await storage.records.destroy(['a'], DR_LEE);
    const newer = await backUp(storage);
    const list = destroyedListPath(place);

    const told = [list, newer, place.dataDirectory, copyOf(place), place.database ?? place.dataDirectory];
    for (const named of told) {
      const { sessions: destroyed } = await readDestroyedSince(
        { named: [named], folders: [] },
        storage.masterKeys,
      );
      expect([...destroyed], named).toEqual(['a']);
    }
    const to = settings();
    const destroyed = new Set(['a']);
    const options = { path, keyCopy: carried, destroyed, access: { kind: 'revoke' } } as const;
    expect(await restoreBackup(to, storage.masterKeys, options)).toMatchObject({ destroyed: ['a'] });
    const back = await openTestStorage(to, { masterKeyFile: join(place.dataDirectory, 'master.key') });
    expect(await back.records.summary('a')).toBeUndefined();
    expect((await back.records.read('b', DR_LEE)).finals).toBe(1);
    expect(await back.records.isDestroyed('a')).toBe(true);
  });

  test.skipIf(kind === 'sqlite')(
    'of another server on the database is cleaned before a deletion is answered',
    async () => {
      const place = settings();
      const here = await openTestStorage(place);
      const other = { ...place, dataDirectory: temporaryDirectory() };
      const masterKeyFile = join(place.dataDirectory, 'master.key');
      await recordSession(here, 'a', ['my knee']);
      const there = await openTestStorage(other, { masterKeyFile });
      await backUp(there);
      // The copy is registered with a path that exists only on the other machine.
      const { db } = here.database;
      await db.updateTable('key_copies').set({ path: '/only/there/data-keys.json' }).execute();
      let isAnswered = false;
      const deletion = here.records.destroy(['a'], DR_LEE).then(() => (isAnswered = true));
      await until(async () => (await here.records.summary('a')) === undefined);
      expect([isAnswered, (await readKeyCopy(copyOf(other))).keys.size]).toEqual([false, 1]);
      const stop = there.keyCopies.attend();
      await deletion;
      stop();
      expect((await readKeyCopy(copyOf(other))).keys.size).toBe(0);
    },
  );

  test('keeps the right keys when a record changes while retention destroys expired ones', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    for (const id of ['a', 'b', 'c']) await recordSession(storage, id, ['my knee']);
    await backUp(storage);
    let isFirst = true;
    const records: Storage['records'] = {
      ...storage.records,
      destroy: async (...asked) => {
        if (isFirst) {
          isFirst = false;
          await storage.records.destroy(['a'], DR_LEE);
          await storage.records.hold('b', true, DR_LEE);
        }
        return storage.records.destroy(...asked);
      },
    };
    const now = new Date(Date.now() + 1000);
    const about = { actor: DR_LEE, dryRun: false, now };
    const outcome = await expireRecords({ ...storage, records }, parsePolicies(['*=0']), about);
    expect(outcome.held.map(({ id }) => id)).toEqual(['b']);
    expect(outcome.destroyed.map(({ id }) => id)).toEqual(['c']);
    expect([...(await readKeyCopy(copyOf(place))).keys.keys()]).toEqual(['b']);
  });
});

describe('a list of destroyed sessions', () => {
  test('is refused if it was changed or shortened, but not if a crash cut its last line', async () => {
    const place = { dataDirectory: temporaryDirectory(), database: undefined };
    const { masterKeys } = await openTestStorage(place);
    const list = destroyedListPath(place);
    await addToDestroyedList(list, masterKeys, ['a', 'b']);
    await addToDestroyedList(list, masterKeys, ['c']);
    const read = async () =>
      [...(await readDestroyedSince({ named: [list], folders: [] }, masterKeys)).sessions].join('');
    expect(await read()).toBe('abc');
    const whole = readFileSync(list, 'utf8');
    writeFileSync(list, `${whole}{"session":"d`);
    expect(await read()).toBe('abc');
    await addToDestroyedList(list, masterKeys, ['e']);
    expect(await read()).toBe('abce');
    const lines = whole.split('\n');
    for (const changed of [whole.replace('"b"', '"x"'), [lines[0], ...lines.slice(2)].join('\n')]) {
      writeFileSync(list, changed);
      await expect(read()).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining('tampered') as string,
      });
    }
  });

  test('can be read from an exported audit log, and a named folder without any list is refused', async () => {
    const { masterKeys } = await openTestStorage({
      dataDirectory: temporaryDirectory(),
      database: undefined,
    });
    const nothing = temporaryDirectory();
    await expect(readDestroyedSince({ named: [nothing], folders: [] }, masterKeys)).rejects.toMatchObject({
      remedy: expect.stringContaining('--destroyed-from') as string,
    });
    expect((await readDestroyedSince({ named: [], folders: [nothing] }, masterKeys)).lists).toEqual([]);
    const exported = join(nothing, 'audit.jsonl');
    const entry = (action: string, outcome: string, what: string) =>
      `{"hash":"0","entry":${JSON.stringify({ action, outcome, what })}}\n`;
    writeFileSync(
      exported,
      entry('record.delete', 'success', 'a') +
        entry('record.delete', 'failure', 'b') +
        entry('record.read', 'success', 'c') +
        entry('retention.destroy', 'success', 'd'),
    );
    const { sessions } = await readDestroyedSince({ named: [exported], folders: [] }, masterKeys);
    expect([...sessions]).toEqual(['a', 'd']);
  });
});

let backups = 0;

/** Resolves with the file. */
async function backUp(storage: Storage): Promise<string> {
  const path = join(temporaryDirectory(), `backup-${backups++}`);
  await createBackup(storage, { path, actor: DR_LEE });
  return path;
}

function copyOf({ dataDirectory }: { readonly dataDirectory: string }): string {
  return join(dataDirectory, 'data-keys.json');
}

/** Files in the folder of a copy whose names begin with its name, except its lock. */
function leftBeside(copy: string): readonly string[] {
  return readdirSync(dirname(copy)).filter(
    (name) => name.startsWith(`${basename(copy)}.`) && !name.endsWith('.lock'),
  );
}

async function actions({ database }: Storage): Promise<readonly string[]> {
  const rows = await database.db.selectFrom('audit_entries').select('entry').execute();
  return rows.map(({ entry }) => {
    const { action, outcome, reason } = JSON.parse(entry) as Record<string, string | undefined>;
    return [action, outcome, reason].filter(Boolean).join(' ');
  });
}
