import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { AuditEvent } from '../audit/audit-event.js';
import { changeOf } from '../audit/configuration-change.js';
import type { Config } from '../config/schema.js';
import { settings, type Setting } from '../config/settings.js';
import type { Database } from '../db/database.js';
import type { MasterKeys } from '../records/master-keys.js';
import { open, seal, type SealedPlace } from '../records/seal.js';
import type { Storage } from './open-storage.js';

const savedConfiguration = z.record(z.string(), z.unknown());
type SavedConfiguration = Readonly<z.output<typeof savedConfiguration>>;

/**
 * Writes to the audit log in which settings this start differs from the last one of the server, and keeps them for the
 * next. Values of settings that may hold a secret are compared, and not written.
 */
export async function noteConfiguration(
  config: Config,
  { database, queue, audit, masterKeys }: Pick<Storage, 'database' | 'queue' | 'audit' | 'masterKeys'>,
): Promise<void> {
  const { dataDirectory } = config;
  const before = await readSaved(database, masterKeys, dataDirectory);
  const now = savedConfiguration.parse(JSON.parse(JSON.stringify(config)));
  const events = before === undefined ? [changeOf(undefined, NOTHING_KNOWN)] : changesBetween(before, now);
  if (events.length === 0) return;
  const { id, bytes } = masterKeys.current();
  const sealed = seal(bytes, Buffer.from(JSON.stringify(now)), placeOf(dataDirectory, id));
  await queue.submit(async (transaction) => {
    for (const event of events) await audit.appendIn(transaction, event);
    await transaction
      .insertInto('configurations')
      .values({ data_directory: dataDirectory, master_key_id: id, sealed })
      .onConflict((conflict) => conflict.column('data_directory').doUpdateSet({ master_key_id: id, sealed }))
      .execute();
  }, PATIENCE);
}

const NOTHING_KNOWN = 'first start, or what the last one was set to is lost';

/** As long as for other work of the server that has to be logged, milliseconds. */
const PATIENCE = { milliseconds: 5000 } as const;

/** Undefined where there was no start before, or what it left cannot be read. */
async function readSaved(
  { db }: Database,
  masterKeys: MasterKeys,
  dataDirectory: string,
): Promise<SavedConfiguration | undefined> {
  const row = await db
    .selectFrom('configurations')
    .selectAll()
    .where('data_directory', '=', dataDirectory)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const masterKey = await masterKeys.find(row.master_key_id);
  if (masterKey === undefined) return undefined;
  try {
    const plain = open(masterKey.bytes, row.sealed, placeOf(dataDirectory, masterKey.id));
    return savedConfiguration.parse(JSON.parse(plain.toString()));
  } catch {
    return undefined;
  }
}

function changesBetween(before: SavedConfiguration, now: SavedConfiguration): readonly AuditEvent[] {
  return settings
    .filter(({ name }) => !isDeepStrictEqual(before[name], now[name]))
    .map((setting) => changeOf(setting.name, differenceOf(setting, before, now)));
}

function differenceOf(
  { name, isSecret }: Setting,
  before: SavedConfiguration,
  now: SavedConfiguration,
): string | undefined {
  return isSecret === true ? undefined : `${textOf(before[name])} → ${textOf(now[name])}`;
}

function textOf(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

function placeOf(dataDirectory: string, masterKeyId: string): SealedPlace {
  return ['configurations', dataDirectory, masterKeyId];
}
