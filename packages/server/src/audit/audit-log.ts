import { sql, type Transaction } from 'kysely';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { AnchorSink } from './anchor.js';
import { EMPTY_CHAIN, nextEntry, type ChainHead } from './audit-entry.js';
import type { AuditEvent } from './audit-event.js';

/** The log of who did what. Entries are added, chained by their hashes, and never changed. */
export interface AuditLog {
  /** Resolves when the event is on disk. Rejects where it cannot be written: the caller refuses the work. */
  readonly append: (event: AuditEvent) => Promise<void>;
  /** Adds the event with what else the transaction changes: both are there afterwards, or neither. */
  readonly appendIn: (transaction: Transaction<Schema>, event: AuditEvent) => Promise<void>;
  /** Where the chain has come to. */
  readonly head: () => Promise<ChainHead>;
  /** Anchors the head for the last time. */
  readonly close: () => Promise<void>;
}

/** How long somebody waits for an entry before the work is refused, milliseconds. */
const PATIENCE_MS = 5000;
/** The head is anchored this long after an entry at the latest, milliseconds. */
const ANCHOR_MS = 1000;

/** PostgreSQL: the name of the lock that whoever adds an entry holds until it is committed. */
const CHAIN_LOCK = 0x41_75_73_63;

/** Opens the log in `database`. Every head is told to `anchors`, at most once a second. */
export function createAuditLog(
  { db, kind }: Database,
  queue: CommitQueue,
  anchors: readonly AnchorSink[],
): AuditLog {
  let timer: NodeJS.Timeout | undefined;

  const head = () => readHead(db);

  const anchor = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const current = await head();
    await Promise.all(anchors.map((sink) => sink(current)));
  };

  const anchorSoon = (): void => {
    timer ??= setTimeout(() => {
      // The database is away: the next entry brings the anchor with it.
      anchor().catch(() => undefined);
    }, ANCHOR_MS).unref();
  };

  const appendIn: AuditLog['appendIn'] = async (transaction, event) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`.execute(transaction);
    const entry = nextEntry(await readHead(transaction), event, new Date());
    await transaction.insertInto('audit_entries').values(entry).execute();
    anchorSoon();
  };

  return {
    appendIn,
    append: (event) =>
      queue.submit((transaction) => appendIn(transaction, event), { milliseconds: PATIENCE_MS }),
    head,
    close: async () => {
      if (timer !== undefined) await anchor().catch(() => undefined);
    },
  };
}

/** The last entry of the chain, as a transaction sees it. */
async function readHead(db: Database['db']): Promise<ChainHead> {
  const last = await db
    .selectFrom('audit_entries')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? EMPTY_CHAIN;
}
