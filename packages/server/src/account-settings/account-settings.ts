import type { Transaction } from 'kysely';
import type { ChangeServices } from '../access/change-services.js';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { scrub } from '../db/scrub.js';
import { RequestError } from '../errors.js';
import type { MasterKeys } from '../records/master-keys.js';
import { rewrapRows } from '../records/rewrap-rows.js';
import type { PageSettings } from './page-settings.js';
import { openSettings, sealSettings, type SettingsRow } from './settings-seal.js';

/** Somebody's settings at a version. */
interface VersionedSettings {
  /** Counts the changes, from 1; 0 before the first. */
  readonly version: number;
  readonly settings: PageSettings;
}

/**
 * The settings of people who have accounts, encrypted on disk. They decide nothing about access or records, so they are not
 * in the audit log.
 */
export interface AccountSettings {
  /** Those of a user; none if there are none, or they cannot be decrypted. */
  readonly read: (userId: string) => Promise<VersionedSettings>;
  /** Replaces them. Refused as `settings_changed` unless they are at `version`, and as `credential_expired` if the user was disabled meanwhile. */
  readonly replace: (userId: string, version: number, settings: PageSettings) => Promise<VersionedSettings>;
}

/** The services that keep settings. */
export interface SettingsServices extends Pick<ChangeServices, 'database' | 'queue'> {
  readonly masterKeys: MasterKeys;
}

/** The settings in the database. */
export function createAccountSettings(
  { database, queue, masterKeys }: SettingsServices,
  now: () => Date = () => new Date(),
): AccountSettings {
  return {
    read: async (userId) => {
      const row = await rowIn(database.db, userId);
      return { version: row?.version ?? 0, settings: (row && (await openSettings(masterKeys, row))) ?? {} };
    },
    replace: async (userId, version, settings) => {
      const facts = { user_id: userId, version: version + 1, changed_at: now().toISOString() };
      const row = { ...facts, ...sealSettings(masterKeys.current(), facts, settings) };
      await queue.submit(async (transaction) => {
        if (await isDisabled(transaction, userId)) throw new RequestError('credential_expired');
        const before = (await rowIn(transaction, userId))?.version ?? 0;
        // Another server may still be faster between here and the change.
        if (before !== version || !(await write(transaction, row)))
          throw new RequestError('settings_changed', { field: 'version', limit: String(before) });
      }, WRITE_PATIENCE);
      await scrub(database);
      return { version: facts.version, settings };
    },
  };
}

/** Deletes the settings of a user for good. */
export async function destroySettingsIn(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await transaction.deleteFrom('account_settings').where('user_id', '=', userId).execute();
}

/** Encrypts all settings that are still under an older master key with the current one; those that cannot be decrypted stay. */
export async function rewrapSettings(
  database: Pick<Database, 'transaction' | 'scrub'>,
  masterKeys: MasterKeys,
): Promise<void> {
  await rewrapRows<SettingsRow>(database, masterKeys, {
    rowsUnderOthers: (transaction, key, after, most) =>
      transaction
        .selectFrom('account_settings')
        .selectAll()
        .where('master_key_id', '!=', key.id)
        .where('user_id', '>', after?.user_id ?? '')
        .orderBy('user_id')
        .limit(most)
        .execute(),
    rewrap: async (transaction, key, row) => {
      const settings = await openSettings(masterKeys, row);
      if (settings === undefined) return false;
      await transaction
        .updateTable('account_settings')
        .set(sealSettings(key, row, settings))
        .where('user_id', '=', row.user_id)
        .where('version', '=', row.version)
        .execute();
      return true;
    },
  });
}

/** Writes settings over those of the version before; returns whether they were at it. */
async function write(transaction: Transaction<Schema>, row: SettingsRow): Promise<boolean> {
  const { user_id, version, ...changed } = row;
  if (version === 1) {
    const { numInsertedOrUpdatedRows = 0n } = await transaction
      .insertInto('account_settings')
      .values(row)
      .onConflict((conflict) => conflict.column('user_id').doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows > 0n;
  }
  const { numUpdatedRows } = await transaction
    .updateTable('account_settings')
    .set({ version, ...changed })
    .where('user_id', '=', user_id)
    .where('version', '=', version - 1)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function isDisabled(transaction: Transaction<Schema>, userId: string): Promise<boolean> {
  const user = await transaction
    .selectFrom('users')
    .select('disabled_at')
    .where('id', '=', userId)
    .executeTakeFirst();
  return user?.disabled_at !== null;
}

function rowIn(db: Database['db'], userId: string): Promise<SettingsRow | undefined> {
  return db.selectFrom('account_settings').selectAll().where('user_id', '=', userId).executeTakeFirst();
}
