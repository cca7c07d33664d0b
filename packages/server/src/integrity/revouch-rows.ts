import { sql, type Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { VOUCHED_TABLES, type VouchedTable } from './covered-columns.js';
import type { RowMacs } from './row-macs.js';
import { VOUCHED, type TableOfRows, type VouchedRow } from './vouched-tables.js';

/** Rows that are vouched for in one transaction. */
const PAGE = 100;

/**
 * Vouches with the current master key for rows that an older one vouches for, a few at a time, while servers run.
 * Forged rows stay as they are. Resolves with the number of rows.
 */
export async function revouchRows(database: Database, macs: RowMacs): Promise<number> {
  let revouched = 0;
  for (const table of VOUCHED_TABLES) {
    if (!(await hasOlder(database.db, table, macs.currentKeyId()))) continue;
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after;
      const done: Revouched = await database.transaction((transaction) =>
        revouchSome(transaction, database.kind, macs, { table, after: from }),
      );
      revouched += done.count;
      after = done.last;
    }
  }
  return revouched;
}

/** Whether an older key vouches for a row. Large tables have an index for this, so it costs nothing if there is none. */
async function hasOlder(db: Database['db'], table: VouchedTable, current: string): Promise<boolean> {
  const { oldest, newest } = await db
    .selectFrom(table)
    .select(({ fn }) => [fn.min('mac_key_id').as('oldest'), fn.max('mac_key_id').as('newest')])
    .executeTakeFirstOrThrow();
  return [oldest, newest].some((id) => id !== null && id !== current);
}

interface Revouched {
  readonly count: number;
  /** Where to go on; undefined at the end. */
  readonly last: string | undefined;
}

async function revouchSome(
  transaction: Transaction<Schema>,
  kind: Database['kind'],
  macs: RowMacs,
  { table, after }: { readonly table: VouchedTable; readonly after: string },
): Promise<Revouched> {
  // Only rows of the table are given to it.
  const { key, idOf, coveredOf } = VOUCHED[table] as unknown as TableOfRows<VouchedRow>;
  const keyColumn = sql.ref<string>(key);
  const rows: readonly VouchedRow[] = await transaction
    .selectFrom(table)
    .selectAll()
    .where('mac_key_id', '!=', macs.currentKeyId())
    .where(keyColumn, '>', after)
    .orderBy(keyColumn)
    .limit(PAGE)
    .$if(kind === 'postgres', (query) => query.forUpdate())
    .execute();
  let count = 0;
  for (const row of rows) {
    const covered = await coveredOf(row, transaction);
    if (!(await macs.isAuthentic(table, covered, row))) continue;
    await transaction
      .updateTable(table)
      .set(macs.vouch(table, covered))
      .where(keyColumn, '=', idOf(row))
      .execute();
    count += 1;
  }
  const last = rows.length < PAGE ? undefined : rows.at(-1);
  return { count, last: last && idOf(last) };
}
