import { stat } from 'node:fs/promises';
import type { Selectable } from 'kysely';
import { ConfigError } from '../config/config-error.js';
import { embeddedPath, openDatabase, type Database, type DatabaseSettings } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { BackupRow } from './backup-file.js';

/**
 * What becomes of API keys and users, some of whom may have been revoked, disabled or reset after the backup was made.
 * `revoke`: none of them lets anybody in. `keep`: they are as they were then. `adopt`: they are as in another database,
 * mostly the one that is replaced.
 */
export type AccessPolicy =
  | { readonly kind: 'revoke' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'adopt'; readonly from: DatabaseSettings };

/** API keys and users of a database. */
interface AccessRows {
  readonly keys: readonly Selectable<Schema['api_keys']>[];
  readonly users: readonly Selectable<Schema['users']>[];
}

/**
 * Where keys and users are adopted from: a data directory, or the address of a PostgreSQL database.
 * @throws {ConfigError} if there is no database
 */
export async function accessSource(text: string): Promise<DatabaseSettings> {
  if (/^postgres(ql)?:\/\//.test(text)) return { dataDirectory: '', database: text };
  const settings = { dataDirectory: text, database: undefined };
  // One that is not there would be made, empty.
  if (await isThere(embeddedPath(settings))) return settings;
  throw new ConfigError(
    `there is no database in ${text}.`,
    'Name the data directory of the server that is replaced, or the address of its PostgreSQL database.',
  );
}

/** The keys and users of a database. */
export async function readAccess(settings: DatabaseSettings): Promise<AccessRows> {
  const database = await openDatabase(settings);
  try {
    const { db } = database;
    return {
      keys: await db.selectFrom('api_keys').selectAll().execute(),
      users: await db.selectFrom('users').selectAll().execute(),
    };
  } finally {
    await database.close();
  }
}

/** A row of a backup as it is written where its keys and users let nobody in. */
export function withoutAccess({ table, row }: BackupRow, now: string): BackupRow {
  switch (table) {
    case 'api_keys':
      return { table, row: { ...row, revoked_at: row['revoked_at'] ?? now } };
    case 'users':
      return { table, row: { ...row, disabled_at: row['disabled_at'] ?? now } };
    default:
      return { table, row };
  }
}

/** Puts these keys and users in the place of those that there are. */
export async function replaceAccess(database: Database, { keys, users }: AccessRows): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.deleteFrom('api_keys').execute();
    await transaction.deleteFrom('users').execute();
    for (const key of keys) await transaction.insertInto('api_keys').values(key).execute();
    for (const user of users) await transaction.insertInto('users').values(user).execute();
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
