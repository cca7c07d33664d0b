import { sql, type Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { AuditEntry, ChainHead } from './audit-entry.js';

/** PostgreSQL: the name of the lock that whoever adds an entry holds until it is committed. */
const CHAIN_LOCK = 0x41_75_73_63;

/** Keeps everybody else from adding to the chain until the transaction ends. SQLite has one writer anyway. */
export async function lockChain(transaction: Transaction<Schema>, kind: Database['kind']): Promise<void> {
  if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`.execute(transaction);
}

/** The last entry; undefined if there is none. */
export async function readLastEntry(db: Database['db']): Promise<ChainHead | undefined> {
  return db
    .selectFrom('audit_entries')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Entries read together: no more than an event loop has time for at once. */
const PAGE = 500;

/** Every entry in order, a page at a time. */
export async function* readEntries(reading: Database['db']): AsyncGenerator<AuditEntry> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await reading
      .selectFrom('audit_entries')
      .select(['sequence', 'entry', 'hash'])
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(PAGE)
      .execute();
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.sequence;
  }
}

/** Hashes of those entries with these sequences that are there. */
export async function readHashes(
  db: Database['db'],
  sequences: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (sequences.length === 0) return new Map();
  const rows = await db
    .selectFrom('audit_entries')
    .select(['sequence', 'hash'])
    .where('sequence', 'in', [...new Set(sequences)])
    .execute();
  return new Map(rows.map(({ sequence, hash }) => [sequence, hash]));
}
