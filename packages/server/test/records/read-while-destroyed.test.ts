import { expect, test } from 'vitest';
import type { Database } from '../../src/db/database.js';
import { verifyAuthenticatedRows } from '../../src/integrity/verify-rows.js';
import { findRecords } from '../../src/records/find-records.js';
import { createSessionRows } from '../../src/records/session-rows.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { temporaryDirectory } from '../support/databases.js';
import { DR_LEE, openTestStorage, recordSession } from '../support/storage.js';

test('a record destroyed during a read counts as gone, not as tampered with', async () => {
  const storage = await storageWithRecord();
  const sessions = createSessionRows({ db: destroyedBehind(storage), kind: 'sqlite' }, storage.integrity);
  expect(await sessions.find('s')).toBeUndefined();
  expect(await refusals(storage)).toEqual([]);
});

test('a record destroyed during a listing counts as gone, not as tampered with', async () => {
  const storage = await storageWithRecord();
  const sessions = createSessionRows(storage.database, storage.integrity);
  const search = { scope: { tenant: 'default' }, limit: 10 };
  expect((await findRecords(destroyedBehind(storage), search, sessions)).records).toEqual([]);
  expect(await refusals(storage)).toEqual([]);
});

test('a record destroyed during verification counts as gone, not as tampered with', async () => {
  const storage = await storageWithRecord();
  const { masterKeys } = storage;
  const findings = [];
  for await (const some of verifyAuthenticatedRows({
    database: { db: destroyedBehind(storage) },
    masterKeys,
  }))
    findings.push(...some);
  expect(findings).toEqual([]);
});

/** A storage with one record, and `other`, the same storage as another process has it open. */
async function storageWithRecord(): Promise<Storage & { readonly other: Storage }> {
  const place = { dataDirectory: temporaryDirectory(), database: undefined };
  const storage = await openTestStorage(place);
  await recordSession(storage, 's', ['my knee']);
  return { ...storage, other: await openTestStorage(place) };
}

/** The database of a storage. As soon as a statement has read the record's row, another process destroys the record. */
function destroyedBehind({
  database,
  other,
}: Pick<Storage, 'database'> & { readonly other: Storage }): Database['db'] {
  let isThere = true;
  return database.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (isThere && result.rows.some(({ id }) => id === 's')) {
        isThere = false;
        await other.records.destroy(['s'], DR_LEE);
      }
      return result;
    },
  });
}

async function refusals({ database }: Storage): Promise<readonly string[]> {
  const entries = await database.db.selectFrom('audit_entries').select('entry').execute();
  return entries.map(({ entry }) => entry).filter((entry) => entry.includes('row.refused'));
}
