import { stat } from 'node:fs/promises';
import type { Selectable } from 'kysely';
import { saysRowsAreVouchedFor } from '../audit/rows-vouched-for.js';
import { ConfigError } from '../config/config-error.js';
import { embeddedPath, openDatabase, type Database, type DatabaseSettings } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { coveredOfKey, coveredOfUser } from '../integrity/covered-columns.js';
import type { RowMacs } from '../integrity/row-macs.js';

/**
 * What happens to API keys and users, some of which may have been revoked, disabled or reset after the backup was
 * made. `revoke`: none of them lets anybody in. `keep`: they stay as they were then. `adopt`: they are taken from
 * another database, usually the one that is replaced.
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
 * The database that keys and users are adopted from: a data directory, or the address of a PostgreSQL database.
 * @throws {ConfigError} if there is no database
 */
export async function accessSource(text: string): Promise<DatabaseSettings> {
  if (/^postgres(ql)?:\/\//.test(text)) return { dataDirectory: '', database: text };
  const settings = { dataDirectory: text, database: undefined };
  // Opening a database that does not exist would create an empty one.
  if (await isThere(embeddedPath(settings))) return settings;
  throw new ConfigError(
    `there is no database in ${text}.`,
    'Name the data directory of the server that is replaced, or the address of its PostgreSQL database.',
  );
}

/**
 * The keys and users of a database, without forged ones.
 * @throws {ConfigError} if nothing vouches for them yet, because an older version wrote them
 */
export async function readAccess(settings: DatabaseSettings, macs: RowMacs): Promise<AccessRows> {
  const database = await openDatabase(settings);
  try {
    const { db } = database;
    const keys = await db.selectFrom('api_keys').selectAll().execute();
    const users = await db.selectFrom('users').selectAll().execute();
    if ([...keys, ...users].some(({ mac }) => mac !== null) || keys.length + users.length === 0)
      return { keys: await soundOf(keys, isSoundKey(macs)), users: await soundOf(users, isSoundUser(macs)) };
    throw new ConfigError(
      'nothing vouches for the keys and users of the database that they should be taken from.',
      'Start a server of this version over it once, or restore without --access-from.',
    );
  } finally {
    await database.close();
  }
}

/** Rows of a backup of an older version have no MAC: the first start after restoring vouches for them. */
const UNVOUCHED = { mac: null, mac_key_id: null } as const;

type KeyRow = AccessRows['keys'][number];
type UserRow = AccessRows['users'][number];

function isSoundKey(macs: RowMacs): (row: KeyRow) => Promise<boolean> {
  return (row) => macs.isAuthentic('api_keys', coveredOfKey(row), row);
}

function isSoundUser(macs: RowMacs): (row: UserRow) => Promise<boolean> {
  return (row) => macs.isAuthentic('users', coveredOfUser(row), row);
}

async function soundOf<Row>(rows: readonly Row[], isSound: (row: Row) => Promise<boolean>): Promise<Row[]> {
  const sound: Row[] = [];
  for (const row of rows) if (await isSound(row)) sound.push(row);
  return sound;
}

/**
 * Applies the policy to the keys and users that a backup brought. Rows that were forged before the backup was made stay
 * refused; if an older version made the backup, nothing vouches for its rows yet.
 *
 * @param adopted keys and users of another database that replace those of the backup
 * @returns the revision that all of them have reached, so that none can be put back to an earlier state
 */
export async function settleAccess(
  database: Database,
  macs: RowMacs,
  policy: AccessPolicy['kind'],
  adopted: AccessRows | undefined,
): Promise<number> {
  const now = new Date();
  const revision = now.getTime();
  const isVouching = await saysRowsAreVouchedFor(database.db);
  await database.transaction(async (transaction) => {
    const there = {
      keys: await transaction.selectFrom('api_keys').selectAll().execute(),
      users: await transaction.selectFrom('users').selectAll().execute(),
    };
    const { keys, users } = adopted ?? there;
    const isKey = isSoundKey(macs);
    const isUser = isSoundUser(macs);
    const revoked = policy === 'revoke' ? now.toISOString() : null;
    await transaction.deleteFrom('api_keys').execute();
    await transaction.deleteFrom('users').execute();
    for (const row of keys) {
      const next = { ...row, revoked_at: row.revoked_at ?? revoked };
      const isVouched = isVouching && (await isKey(row));
      const kept = { ...next, revision: isVouched ? Math.max(revision, row.revision + 1) : row.revision };
      const mac = isVouched ? macs.vouch('api_keys', coveredOfKey(kept)) : isVouching ? {} : UNVOUCHED;
      await transaction
        .insertInto('api_keys')
        .values({ ...kept, ...mac })
        .execute();
    }
    for (const row of users) {
      const next = {
        ...row,
        disabled_at: row.disabled_at ?? revoked,
        // Recovery codes and logins do not come back: a used code or an ended login must not be valid again.
        recovery_digest: null,
        login_epoch: row.login_epoch + 1,
      };
      const isVouched = isVouching && (await isUser(row));
      const kept = { ...next, revision: isVouched ? Math.max(revision, row.revision + 1) : row.revision };
      const mac = isVouched ? macs.vouch('users', coveredOfUser(kept)) : isVouching ? {} : UNVOUCHED;
      await transaction
        .insertInto('users')
        .values({ ...kept, ...mac })
        .execute();
    }
  });
  return revision;
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
