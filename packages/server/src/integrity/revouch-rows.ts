import type { Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import {
  coveredOfKey,
  coveredOfLogin,
  coveredOfSession,
  coveredOfUser,
  type VouchedTable,
} from './covered-columns.js';
import type { CoveredColumns, RowMacs } from './row-macs.js';

/** Rows that are vouched for anew together. */
const PAGE = 100;

/**
 * Vouches with the current master key for rows that an older one vouches for, some at a time, while servers go on. What was
 * written past the server stays as it is. Resolves with how many there were.
 */
export async function revouchRows(database: Database, macs: RowMacs): Promise<number> {
  let revouched = 0;
  for (const table of ['api_keys', 'users', 'logins', 'sessions'] as const) {
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
  const rows = await oldRows(transaction, kind, table, { after, current: macs.currentKeyId() });
  let count = 0;
  for (const { id, covered, mac } of rows) {
    if (!(await macs.isAuthentic(table, covered, mac))) continue;
    await transaction
      .updateTable(table)
      .set(macs.vouch(table, covered))
      .where(table === 'logins' ? 'digest' : 'id', '=', id)
      .execute();
    count += 1;
  }
  return { count, last: rows.length < PAGE ? undefined : rows.at(-1)?.id };
}

interface OldRow {
  readonly id: string;
  readonly covered: CoveredColumns;
  readonly mac: { readonly mac_key_id: string | null; readonly mac: Buffer | null };
}

interface Range {
  readonly after: string;
  readonly current: string;
}

async function oldRows(
  transaction: Transaction<Schema>,
  kind: Database['kind'],
  table: VouchedTable,
  { after, current }: Range,
): Promise<readonly OldRow[]> {
  switch (table) {
    case 'api_keys': {
      const rows = await transaction
        .selectFrom('api_keys')
        .selectAll()
        .where('mac_key_id', '!=', current)
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAGE)
        .$if(kind === 'postgres', (query) => query.forUpdate())
        .execute();
      return rows.map((row) => ({ id: row.id, covered: coveredOfKey(row), mac: row }));
    }
    case 'users': {
      const rows = await transaction
        .selectFrom('users')
        .selectAll()
        .where('mac_key_id', '!=', current)
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAGE)
        .$if(kind === 'postgres', (query) => query.forUpdate())
        .execute();
      return rows.map((row) => ({ id: row.id, covered: coveredOfUser(row), mac: row }));
    }
    case 'logins': {
      const rows = await transaction
        .selectFrom('logins')
        .selectAll()
        .where('mac_key_id', '!=', current)
        .where('digest', '>', after)
        .orderBy('digest')
        .limit(PAGE)
        .$if(kind === 'postgres', (query) => query.forUpdate())
        .execute();
      return rows.map((row) => ({ id: row.digest, covered: coveredOfLogin(row), mac: row }));
    }
    case 'sessions':
      return oldSessions(transaction, kind, { after, current });
  }
}

async function oldSessions(
  transaction: Transaction<Schema>,
  kind: Database['kind'],
  { after, current }: Range,
): Promise<readonly OldRow[]> {
  // By the index, so that it costs nothing where there are none.
  const { oldest, newest } = await transaction
    .selectFrom('sessions')
    .select(({ fn }) => [fn.min('mac_key_id').as('oldest'), fn.max('mac_key_id').as('newest')])
    .executeTakeFirstOrThrow();
  if (oldest === current && newest === current) return [];
  const rows = await transaction
    .selectFrom('sessions')
    .selectAll()
    .where('mac_key_id', '!=', current)
    .where('id', '>', after)
    .orderBy('id')
    .limit(PAGE)
    .$if(kind === 'postgres', (query) => query.forUpdate())
    .execute();
  const old: OldRow[] = [];
  for (const row of rows) {
    const groups = await transaction
      .selectFrom('session_groups')
      .select('name')
      .where('session_id', '=', row.id)
      .execute();
    old.push({
      id: row.id,
      covered: coveredOfSession(
        row,
        groups.map(({ name }) => name),
      ),
      mac: row,
    });
  }
  return old;
}
