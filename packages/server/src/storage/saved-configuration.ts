import type { Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { MasterKeys } from '../records/master-keys.js';
import { open, seal, type SealedPlace } from '../records/seal.js';

const savedConfiguration = z.record(z.string(), z.unknown());

/** The settings that a server last started with, and `auditIsSealed` if its version seals the audit log. */
export type SavedConfiguration = Readonly<z.output<typeof savedConfiguration>>;

/** The part of a configuration that is saved. */
export function savedFrom(config: object): SavedConfiguration {
  return { ...savedConfiguration.parse(JSON.parse(JSON.stringify(config))), auditIsSealed: true };
}

/** The configuration that was saved last; undefined if there is none, or it cannot be read. */
export async function readSavedConfiguration(
  { db }: Pick<Database, 'db'>,
  masterKeys: MasterKeys,
  dataDirectory: string,
): Promise<SavedConfiguration | undefined> {
  const row = await db
    .selectFrom('configurations')
    .selectAll()
    .where('data_directory', '=', dataDirectory)
    .executeTakeFirst();
  return row && openRow(row, masterKeys);
}

/** The configurations of all servers that share the database; undefined for one that cannot be read. */
export async function readSavedConfigurations(
  db: Database['db'],
  masterKeys: MasterKeys,
): Promise<readonly { readonly dataDirectory: string; readonly saved: SavedConfiguration | undefined }[]> {
  const rows = await db.selectFrom('configurations').selectAll().execute();
  return Promise.all(
    rows.map(async (row) => ({
      dataDirectory: row.data_directory,
      saved: await openRow(row, masterKeys),
    })),
  );
}

/** Saves the configuration for the next start, replacing the one before. */
export async function saveConfiguration(
  transaction: Transaction<Schema>,
  masterKeys: MasterKeys,
  dataDirectory: string,
  saved: SavedConfiguration,
): Promise<void> {
  const { id, bytes } = masterKeys.current();
  const sealed = seal(bytes, Buffer.from(JSON.stringify(saved)), placeOf(dataDirectory, id));
  await transaction
    .insertInto('configurations')
    .values({ data_directory: dataDirectory, master_key_id: id, sealed })
    .onConflict((conflict) => conflict.column('data_directory').doUpdateSet({ master_key_id: id, sealed }))
    .execute();
}

async function openRow(
  row: Selectable<Schema['configurations']>,
  masterKeys: MasterKeys,
): Promise<SavedConfiguration | undefined> {
  const masterKey = await masterKeys.find(row.master_key_id);
  if (masterKey === undefined) return undefined;
  try {
    const plain = open(masterKey.bytes, row.sealed, placeOf(row.data_directory, masterKey.id));
    return savedConfiguration.parse(JSON.parse(plain.toString()));
  } catch {
    return undefined;
  }
}

function placeOf(dataDirectory: string, masterKeyId: string): SealedPlace {
  return ['configurations', dataDirectory, masterKeyId];
}
