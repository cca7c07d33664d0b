import { ConfigError } from '../config/config-error.js';
import type { Database } from '../db/database.js';
import { masterKeysInUse } from './data-keys.js';
import {
  areKeysConfigured,
  createMasterKeyFile,
  loadMasterKeys,
  masterKeyPath,
  type MasterKeys,
  type MasterKeySettings,
} from './master-keys.js';

/**
 * Reads the master keys. Makes one if none is set and nothing is encrypted yet, and tells `onCreated` where it is.
 * @throws {ConfigError} if a key that records are encrypted with is lost
 */
export async function openMasterKeys(
  settings: MasterKeySettings,
  database: Database,
  onCreated: (path: string) => void,
): Promise<MasterKeys> {
  const inUse = await masterKeysInUse(database.db);
  if (!areKeysConfigured(settings) && inUse.size === 0 && !(await areRowsVouchedFor(database.db))) {
    const path = masterKeyPath(settings);
    if (createMasterKeyFile(path)) onCreated(path);
  }
  const keys = await loadMasterKeys(settings);
  for (const [id, count] of inUse) {
    if ((await keys.find(id)) !== undefined) continue;
    throw new ConfigError(
      `the master key ${id} that ${count} records are encrypted with is not in ${keys.source}.`,
      'Put it back from where it was backed up: without it, these records cannot be read.',
    );
  }
  return keys;
}

/** Whether rows of users or API keys are vouched for by a lost key, so that with a new one nobody could log in. */
async function areRowsVouchedFor(db: Database['db']): Promise<boolean> {
  for (const table of ['api_keys', 'users'] as const) {
    const row = await db
      .selectFrom(table)
      .select('mac_key_id')
      .where('mac_key_id', 'is not', null)
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
}
