import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createApiKeys } from '../../src/access/api-keys.js';
import { acceptLog } from '../../src/audit/accept-log.js';
import { anchorFile } from '../../src/audit/anchor-file.js';
import { anchorPlace, auditAnchorPath } from '../../src/audit/open-audit.js';
import { createCommitQueue } from '../../src/db/commit-queue.js';
import { openDatabase, type DatabaseSettings } from '../../src/db/database.js';
import type { OlderRows } from '../../src/integrity/accept-older-rows.js';
import { loadMasterKeys } from '../../src/records/master-keys.js';
import { saveConfiguration, savedFrom } from '../../src/storage/saved-configuration.js';
import { BY_SERVER } from '../support/access.js';
import { anchorPathOf, tamper } from '../support/audit.js';
import { describeDatabases } from '../support/databases.js';
import { openTestStorage, recordSession } from '../support/storage.js';

const KEY = {
  tenant: 'default',
  name: 'a key',
  role: 'service',
  groups: [],
  expiresAt: undefined,
  createdBy: undefined,
} as const;

const WITHOUT_MACS = ['api_keys', 'users', 'logins', 'sessions'].map(
  (table) => `update ${table} set mac = null, mac_key_id = null`,
);
const FORGED = `update api_keys set role = 'administrator'`;
/** The entries before the first that says that rows are vouched for; none are left. */
const CUT = 'delete from audit_entries';
const WITHOUT_HEAD = 'delete from audit_head';
const WITHOUT_WAITING_ANCHORS = 'delete from audit_anchors';
const WITHOUT_SETTINGS = 'delete from configurations';
const BUT_FOR_KEYS = [
  'audio_pieces',
  'segments',
  'refined_parts',
  'data_keys',
  'session_groups',
  'sessions',
].map((table) => `delete from ${table}`);

describeDatabases('rows without MACs', ({ settings }) => {
  test('stay refused where the log is whole', async () => {
    const { where, id } = await used(settings());
    await tamper(where, ...WITHOUT_MACS, FORGED);
    await expectRefused(where, id);
  });

  test('stay refused where the log was cut and then accepted', async () => {
    const { where, id } = await used(settings());
    await tamper(where, ...WITHOUT_MACS, FORGED, CUT);
    await expect(openTestStorage(where)).rejects.toThrow('the audit log ends with entry 0');
    await expect(accept(where, 'vouch')).rejects.toThrow('were vouched for before');
    await accept(where, undefined);
    await expectRefused(where, id);
  });

  test('stay refused where the head is gone as well, but saved settings show that it existed', async () => {
    const { where, id } = await used(settings());
    await tamper(where, ...WITHOUT_MACS, FORGED, CUT, WITHOUT_HEAD, WITHOUT_WAITING_ANCHORS);
    rmSync(anchorPathOf(where));
    await expect(openTestStorage(where)).rejects.toThrow('the audit log is empty');
    await expect(accept(where, 'vouch')).rejects.toThrow('were vouched for before');
    await accept(where, undefined);
    await expectRefused(where, id);
  });

  test('are not vouched for without an explicit choice where all traces are gone', async () => {
    const { where, id } = await used(settings());
    await tamper(
      where,
      ...WITHOUT_MACS,
      FORGED,
      CUT,
      WITHOUT_HEAD,
      WITHOUT_WAITING_ANCHORS,
      WITHOUT_SETTINGS,
    );
    rmSync(anchorPathOf(where));
    await expect(openTestStorage(where)).rejects.toThrow('the audit log is empty');
    await expect(accept(where, undefined)).rejects.toMatchObject({
      remedy: expect.stringContaining('--older-rows') as string,
    });
    await accept(where, 'refuse');
    await expectRefused(where, id);
    await expect(accept(where, 'vouch')).rejects.toThrow('were vouched for before');
  });

  test('keep an otherwise emptied database from being taken for a new one', async () => {
    const { where } = await used(settings());
    await tamper(where, ...BUT_FOR_KEYS, ...WITHOUT_MACS, FORGED);
    await tamper(where, CUT, WITHOUT_HEAD, WITHOUT_WAITING_ANCHORS, WITHOUT_SETTINGS);
    rmSync(anchorPathOf(where));
    await expect(openTestStorage(where)).rejects.toThrow('the audit log is empty');
  });

  test('do not affect rows that still have MACs', async () => {
    const { where, id } = await used(settings());
    const storage = await openTestStorage(where);
    const other = await createApiKeys(storage).create(KEY, BY_SERVER);
    await tamper(where, `update api_keys set mac = null where id = '${id}'`, CUT);
    await accept(where, undefined);
    const apiKeys = createApiKeys(await openTestStorage(where));
    expect(await apiKeys.find(other.id)).toMatchObject({ id: other.id });
    expect(await apiKeys.find(id)).toBeUndefined();
  });

  test('of a version without seals and saved settings are vouched for on request', async () => {
    const where = settings();
    await openTestStorage(where).then(({ close }) => close());
    const { id } = await used(where);
    await tamper(where, ...WITHOUT_MACS, WITHOUT_HEAD, WITHOUT_WAITING_ANCHORS, WITHOUT_SETTINGS);
    await tamper(where, `delete from audit_entries where sequence > 1`, WITHOUT_REVISIONS);
    rmSync(anchorPathOf(where));
    await expect(openTestStorage(where)).rejects.toThrow('is not sealed');
    await accept(where, 'vouch');
    const storage = await openTestStorage(where);
    expect(await createApiKeys(storage).find(id)).toMatchObject({ id });
    expect(await storage.records.summary('s')).toMatchObject({ id: 's' });
  });
});

/** Removes the counts of vouched rows, which a version that vouched for no rows does not write. */
const WITHOUT_REVISIONS = `update audit_entries set entry = replace(entry, '"vouched":0', '"older":0')`;

/** A database with a key and a record, as a server leaves it. */
async function used(where: DatabaseSettings): Promise<{ where: DatabaseSettings; id: string }> {
  const storage = await openTestStorage(where);
  const { id } = await createApiKeys(storage).create(KEY, BY_SERVER);
  await recordSession(storage, 's', ['my knee']);
  await storage.database.transaction((transaction) =>
    saveConfiguration(transaction, storage.masterKeys, where.dataDirectory, savedFrom({})),
  );
  await storage.close();
  return { where, id };
}

async function accept(where: DatabaseSettings, olderRows: OlderRows | undefined): Promise<void> {
  const config = { ...where, auditAnchor: undefined };
  const database = await openDatabase(where);
  const queue = createCommitQueue(database, { onFailing: () => undefined, onRecovered: () => undefined });
  const noKeySettings = { masterKeyFile: undefined, masterKeyCommand: undefined };
  const masterKeys = await loadMasterKeys({ ...where, ...noKeySettings }, {});
  const file = { file: anchorFile(auditAnchorPath(config)), place: anchorPlace(config) };
  const by = { who: BY_SERVER.who, from: undefined, reason: 'a test' };
  try {
    await acceptLog({ database, queue, masterKeys }, file, by, olderRows);
  } finally {
    await queue.close();
    await database.close();
  }
}

async function expectRefused(where: DatabaseSettings, id: string): Promise<void> {
  for (let start = 1; start <= 2; start++) {
    const storage = await openTestStorage(where);
    expect(await createApiKeys(storage).find(id)).toBeUndefined();
    await expect(storage.records.summary('s')).rejects.toMatchObject({ code: 'record_damaged' });
    await storage.close();
  }
}
