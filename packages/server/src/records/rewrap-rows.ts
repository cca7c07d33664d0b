import type { Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { scrub } from '../db/scrub.js';
import type { MasterKey, MasterKeys } from './master-keys.js';

/** A table whose rows are encrypted under a master key. */
export interface SealedTable<Row> {
  /** The rows that are under another key than this, at most so many: those after a row in a fixed order, or the first. */
  readonly rowsUnderOthers: (
    transaction: Transaction<Schema>,
    key: MasterKey,
    after: Row | undefined,
    most: number,
  ) => Promise<readonly Row[]>;
  /** Encrypts a row with this key; resolves with whether it could be decrypted. */
  readonly rewrap: (transaction: Transaction<Schema>, key: MasterKey, row: Row) => Promise<boolean>;
}

/** Rows that are encrypted again in one transaction. */
const BATCH = 100;

/**
 * Encrypts every row that is still under an older master key with the current one, and destroys what it has overwritten. Rows
 * that cannot be decrypted stay. Resolves with how many were encrypted again.
 */
export async function rewrapRows<Row>(
  database: Pick<Database, 'transaction' | 'scrub'>,
  masterKeys: Pick<MasterKeys, 'current'>,
  { rowsUnderOthers, rewrap }: SealedTable<Row>,
): Promise<number> {
  let rewrapped = 0;
  let last: Row | undefined;
  do {
    const after = last;
    last = await database.transaction(async (transaction) => {
      const key = masterKeys.current();
      const rows = await rowsUnderOthers(transaction, key, after, BATCH);
      for (const row of rows) if (await rewrap(transaction, key, row)) rewrapped += 1;
      return rows.length < BATCH ? undefined : rows.at(-1);
    });
  } while (last !== undefined);
  if (rewrapped > 0) await scrub(database);
  return rewrapped;
}
