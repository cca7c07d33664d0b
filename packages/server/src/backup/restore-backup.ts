import type { Kysely, Transaction } from 'kysely';
import { sealLog } from '../audit/seal-log.js';
import { ConfigError } from '../config/config-error.js';
import { openDatabase, type Database, type DatabaseSettings } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { migrate } from '../db/migrate.js';
import { createRowMacs } from '../integrity/row-macs.js';
import { readKeyCopy } from '../records/key-copies/key-copy.js';
import type { WrappedKey } from '../records/data-keys.js';
import type { MasterKeys } from '../records/master-keys.js';
import { readBackup, type BackupRow } from './backup-file.js';
import type { RowCounts } from './create-backup.js';
import { destroyedIn } from './destroyed-since.js';
import { readAccess, settleAccess, type AccessPolicy } from './restored-access.js';
import { BACKUP_TABLES } from './tables.js';

/** The result of restoring a backup. */
export interface Restored {
  readonly rows: RowCounts;
  /** Sessions of the backup that were left out, because they were destroyed since. */
  readonly destroyed: readonly string[];
  /** All sessions that are known to be destroyed, including those that the backup did not hold. */
  readonly gone: ReadonlySet<string>;
  /** When the backup was made. */
  readonly createdAt: string;
  /** The revision that keys and users have reached. */
  readonly accessRevision: number;
}

/** What is restored, and how. */
interface RestoreOptions {
  readonly path: string;
  /** The copy of data keys. */
  readonly keyCopy: string;
  /** Sessions that were destroyed according to any list; they are left out, whatever the copy holds. */
  readonly destroyed: ReadonlySet<string>;
  readonly access: AccessPolicy;
}

/** Rows written together. */
const PAGE = 200;

/**
 * Writes a backup into an empty database, all of it or nothing. Sessions whose keys are not in the copy at `keyCopy`
 * are left out, since they were destroyed after the backup was made. So are those that a list, or the database
 * itself, knows to be destroyed; the database remembers them from then on. Keys and users let nobody in before
 * `access` is applied.
 * @throws {ConfigError} if the database is not empty, or the backup or the copy cannot be used
 */
export async function restoreBackup(
  settings: DatabaseSettings,
  masterKeys: MasterKeys,
  { path, keyCopy, destroyed, access }: RestoreOptions,
): Promise<Restored> {
  const macs = createRowMacs(masterKeys);
  const adopted = access.kind === 'adopt' ? await readAccess(access.from, macs) : undefined;
  const { header, rows } = await readBackup(path, masterKeys);
  const copy = await readKeyCopy(keyCopy);
  const database = await openDatabase(settings, { migrateTo: header.schema });
  try {
    await requireEmpty(database);
    const gone = new Set([...destroyed, ...copy.destroyed, ...(await destroyedIn(database))]);
    const keys = new Map([...copy.keys].filter(([id]) => !gone.has(id)));
    const restored = await database.transaction(async (transaction) => {
      const written = await writeRows(transaction, rows, keys);
      await noteDestroyed(transaction, gone);
      return written;
    });
    await migrate(database.db as unknown as Kysely<unknown>, database.kind);
    // The backup is authentic, and so is the log in it.
    await database.transaction((transaction) => sealLog(transaction, database.kind, masterKeys));
    const accessRevision = await settleAccess(database, macs, access.kind, adopted);
    return { ...restored, gone, createdAt: header.createdAt, accessRevision };
  } finally {
    await database.close();
  }
}

async function requireEmpty({ db }: Database): Promise<void> {
  const session = await db.selectFrom('sessions').select('id').limit(1).executeTakeFirst();
  const entry = await db.selectFrom('audit_entries').select('sequence').limit(1).executeTakeFirst();
  if (session === undefined && entry === undefined) return;
  throw new ConfigError(
    'the database is not empty, and restoring would mix what is there with what is restored.',
    'Name another --data-directory or an empty --database.',
  );
}

async function writeRows(
  transaction: Transaction<Schema>,
  rows: AsyncIterable<BackupRow>,
  keys: ReadonlyMap<string, WrappedKey>,
): Promise<Pick<Restored, 'rows' | 'destroyed'>> {
  const counts: Record<string, number> = {};
  const destroyed: string[] = [];
  let page: BackupRow[] = [];
  const flush = async (): Promise<void> => {
    const [first] = page;
    if (first === undefined) return;
    await insert(transaction, first.table, page);
    if (first.table === 'sessions') await insertKeys(transaction, page, keys);
    page = [];
  };
  for await (const row of rows) {
    requireKnown(row.table);
    if (isDestroyed(row, keys)) {
      if (row.table === 'sessions') destroyed.push(String(row.row['id']));
      continue;
    }
    if (page.length === PAGE || page[0]?.table !== row.table) await flush();
    page.push(row);
    counts[row.table] = (counts[row.table] ?? 0) + 1;
  }
  await flush();
  return { rows: counts, destroyed };
}

/** The names in a backup are authentic, but nothing that is read becomes part of a statement unchecked. */
function requireKnown(table: string): void {
  if (BACKUP_TABLES.some(({ name }) => name === table)) return;
  throw new ConfigError(
    `the backup has a table ${table} that this version does not know.`,
    'Restore it with the version that made it.',
  );
}

const SESSION_TABLES: Readonly<Record<string, string>> = {
  sessions: 'id',
  session_groups: 'session_id',
  refined_parts: 'session_id',
  segments: 'session_id',
  speaker_changes: 'session_id',
  audio_pieces: 'session_id',
};

function isDestroyed({ table, row }: BackupRow, keys: ReadonlyMap<string, WrappedKey>): boolean {
  const column = SESSION_TABLES[table];
  return column !== undefined && !keys.has(String(row[column]));
}

async function insert(
  transaction: Transaction<Schema>,
  table: string,
  page: readonly BackupRow[],
): Promise<void> {
  // The schema of the backup says which columns there are.
  const writing = transaction as unknown as Transaction<Record<string, Record<string, unknown>>>;
  await writing
    .insertInto(table)
    .values(page.map(({ row }) => row))
    // A destroyed session may be known already.
    .$if(table === 'destroyed_keys', (query) => query.onConflict((conflict) => conflict.doNothing()))
    .execute();
}

async function noteDestroyed(transaction: Transaction<Schema>, gone: ReadonlySet<string>): Promise<void> {
  const rows = [...gone].map((id) => ({ session_id: id, destroyed_at: new Date().toISOString() }));
  for (let from = 0; from < rows.length; from += PAGE)
    await transaction
      .insertInto('destroyed_keys')
      .values(rows.slice(from, from + PAGE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

async function insertKeys(
  transaction: Transaction<Schema>,
  sessions: readonly BackupRow[],
  keys: ReadonlyMap<string, WrappedKey>,
): Promise<void> {
  const rows = sessions.flatMap(({ row }) => {
    const id = String(row['id']);
    const key = keys.get(id);
    return key === undefined ? [] : [{ session_id: id, ...key }];
  });
  await transaction.insertInto('data_keys').values(rows).execute();
}
