import type { Selectable } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { MasterKey, MasterKeys } from '../records/master-keys.js';
import { open, seal, type SealedPlace } from '../records/seal.js';
import { readPageSettings, type PageSettings } from './page-settings.js';

/** Somebody's settings as they are stored. */
export type SettingsRow = Selectable<Schema['account_settings']>;

/** What may be known of settings without their key. They open only together with it. */
export type SettingsFacts = Pick<SettingsRow, 'user_id' | 'version' | 'changed_at'>;

/** Encrypts settings under a master key: they may name people. */
export function sealSettings(
  { id, bytes }: MasterKey,
  facts: SettingsFacts,
  settings: PageSettings,
): Pick<SettingsRow, 'master_key_id' | 'sealed'> {
  const plain = Buffer.from(JSON.stringify(settings));
  return { master_key_id: id, sealed: seal(bytes, plain, placeOf(facts, id)) };
}

/** Decrypts settings; undefined if their key is not there, or they or anything known of them was changed. */
export async function openSettings(
  masterKeys: Pick<MasterKeys, 'find'>,
  row: SettingsRow,
): Promise<PageSettings | undefined> {
  const key = await masterKeys.find(row.master_key_id);
  try {
    return key && readPageSettings(JSON.parse(open(key.bytes, row.sealed, placeOf(row, key.id)).toString()));
  } catch {
    return undefined;
  }
}

function placeOf({ user_id, version, changed_at }: SettingsFacts, keyId: string): SealedPlace {
  return ['account_settings', user_id, version, changed_at, keyId];
}
