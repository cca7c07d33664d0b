import { unlink } from 'node:fs/promises';
import { sql, type Transaction } from 'kysely';
import { newestSchema } from '../db/migrate.js';
import type { Schema } from '../db/schema.js';
import type { Actor } from '../records/record.js';
import type { Storage } from '../storage/open-storage.js';
import { writeBackup, type BackupRow } from './backup-file.js';
import { BACKUP_TABLES, type BackupTable } from './tables.js';

/** Rows in a backup, by table. */
export type RowCounts = Readonly<Record<string, number>>;

/**
 * Writes everything except the data keys into a new file, as it is at one moment, while the server keeps running. Then writes
 * the data keys that exist into this server's copy, encrypted as they are. A file that could not be finished, or whose keys
 * could not be copied, is removed.
 */
export async function createBackup(
  {
    database,
    masterKeys,
    audit,
    keyCopies,
  }: Pick<Storage, 'database' | 'masterKeys' | 'audit' | 'keyCopies'>,
  { path, actor }: { readonly path: string; readonly actor: Actor },
): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  await audit.append({ action: 'backup.create', outcome: 'success', ...actor, what: undefined });
  await withoutRemains(path, async () => {
    await database.snapshot((reading) =>
      writeBackup(path, masterKeys, newestSchema, allRows(reading, counts)),
    );
    await keyCopies.renew();
  });
  return counts;
}

async function* allRows(
  reading: Transaction<Schema>,
  counts: Record<string, number>,
): AsyncGenerator<BackupRow> {
  for (const table of BACKUP_TABLES) {
    let count = 0;
    for await (const row of rowsOf(reading, table)) {
      count += 1;
      yield { table: table.name, row };
    }
    counts[table.name] = count;
  }
}

/** The rows of a table. Pages are read by their number, since the state that is read does not change meanwhile. */
async function* rowsOf(
  reading: Transaction<Schema>,
  { name, key, page }: BackupTable,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const order = sql.join(key.map((column) => sql.ref(column)));
  for (let offset = 0; ; offset += page) {
    const { rows } = await sql<Record<string, unknown>>`
      select * from ${sql.table(name)} order by ${order} limit ${page} offset ${offset}`.execute(reading);
    yield* rows;
    if (rows.length < page) return;
  }
}

async function withoutRemains(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const isOthers = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isOthers) await unlink(path).catch(() => undefined);
    throw error;
  }
}
