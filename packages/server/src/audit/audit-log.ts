import type { Transaction } from 'kysely';
import { WRITE_PATIENCE, type CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { anchorDigest, signAnchor } from './anchor.js';
import { nextEntry, type ChainHead } from './audit-entry.js';
import type { AuditEvent } from './audit-event.js';
import type { AuditKeys } from './audit-keys.js';
import { EMPTY_AUDIT_HEAD, readSealedHead, writeSealedHead, type AuditHead } from './sealed-head.js';
import { lockChain, readLastEntry } from './stored-chain.js';

/** The log of who did what. Entries are added, chained by their hashes, and never changed. */
export interface AuditLog {
  /** Resolves when the event is on disk. Rejects if it cannot be written: the caller then refuses the work. */
  readonly append: (event: AuditEvent) => Promise<void>;
  /** Adds the event together with the transaction's other changes: afterwards all of them are there, or none. */
  readonly appendIn: (transaction: Transaction<Schema>, event: AuditEvent) => Promise<void>;
  /** The end of the chain. */
  readonly head: () => Promise<ChainHead>;
  /** Anchors the head for the last time. */
  readonly close: () => Promise<void>;
}

/** The parts of a log. */
export interface AuditLogParts {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly keys: AuditKeys;
  /** The chain of anchors that the log continues; undefined for a log that is not anchored. */
  readonly chain: ChainOfAnchors | undefined;
  /** Called when an anchor waits to be taken outside; resolves when that has been done or tried. */
  readonly onAnchored: () => Promise<void>;
  /**
   * Called once if something other than a server has written to the log, and once if its head is sealed with a key that is not
   * here.
   */
  readonly onTrouble: (trouble: LogTrouble) => void;
}

/** Why a log can no longer be trusted, or cannot be continued. */
export type LogTrouble = 'tampered' | 'unknown-key';

/** A chain of anchors that a server continues. */
export interface ChainOfAnchors {
  readonly chain: string;
  readonly place: string;
  /** The digest before its first anchor. */
  readonly before: string;
}

/** How long it may take to write an entry before the work is refused, milliseconds. */
const PATIENCE_MS = 5000;
/** The head is anchored at the latest this long after an entry, milliseconds. */
const ANCHOR_MS = 1000;
/** When a client may try again, seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Opens the log in `database`. Every head is anchored, at most once a second. */
export function createAuditLog(parts: AuditLogParts): AuditLog {
  const { database, queue, keys, chain } = parts;
  let timer: NodeJS.Timeout | undefined;
  /** Entries that are known to have been on disk, which cannot become fewer. */
  let known = 0;
  const told = new Set<LogTrouble>();

  const tell = (trouble: LogTrouble): void => {
    if (!told.has(trouble)) parts.onTrouble(trouble);
    told.add(trouble);
  };

  /** The head according to its seal, which does not depend on what was done to the entries. */
  const requireHead = async (db: Database['db']): Promise<AuditHead> => {
    const read = await readSealedHead(db, keys);
    if (read.kind === 'intact' && read.head.sequence >= known) return read.head;
    if (read.kind === 'none' && known === 0 && (await readLastEntry(db)) === undefined)
      return EMPTY_AUDIT_HEAD;
    tell(read.kind === 'unknown-key' ? 'unknown-key' : 'tampered');
    throw new RequestError('records_unavailable', {}, RETRY_AFTER_SECONDS);
  };

  const appendIn: AuditLog['appendIn'] = async (transaction, event) => {
    await lockChain(transaction, database.kind);
    const head = await requireHead(transaction);
    const last = await readLastEntry(transaction);
    if (last !== undefined && (last.sequence !== head.sequence || last.hash !== head.hash)) tell('tampered');
    if (last === undefined && head.sequence > 0) tell('tampered');
    // The chain continues from the sealed head, so entries that somebody removed or added are noticed.
    const sequence = Math.max(head.sequence, last?.sequence ?? 0);
    const entry = nextEntry({ sequence, hash: head.hash }, event, new Date());
    await transaction.insertInto('audit_entries').values(entry).execute();
    await writeSealedHead(transaction, keys, { ...head, sequence: entry.sequence, hash: entry.hash });
    anchorSoon();
  };

  const anchor = async (patience: number): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (chain === undefined) return;
    await queue.submit(
      async (transaction) => {
        await lockChain(transaction, database.kind);
        const head = await requireHead(transaction);
        known = Math.max(known, head.sequence);
        await anchorHead(transaction, keys, head, chain);
      },
      { ...WRITE_PATIENCE, milliseconds: patience },
    );
    await parts.onAnchored();
  };

  const anchorSoon = (): void => {
    timer ??= setTimeout(() => {
      // The database is unreachable: the next entry brings the anchor with it.
      anchor(PATIENCE_MS).catch(() => undefined);
    }, ANCHOR_MS).unref();
  };

  return {
    appendIn,
    append: (event) => queue.submit((transaction) => appendIn(transaction, event), WRITE_PATIENCE),
    head: () => requireHead(database.db),
    close: async () => {
      await anchor(ANCHOR_MS).catch(() => undefined);
    },
  };
}

/** Makes the anchor of a head that has none yet, which waits in the database until it is taken outside. */
async function anchorHead(
  transaction: Transaction<Schema>,
  keys: AuditKeys,
  head: AuditHead,
  { chain, place, before }: ChainOfAnchors,
): Promise<void> {
  const last = head.anchored.find((anchored) => anchored.chain === chain);
  const { sequence, hash } = head;
  if (last?.hash === hash) return;
  const number = (last?.number ?? 0) + 1;
  const line = signAnchor(keys, { chain, number, sequence, hash, before: last?.digest ?? before });
  await transaction.insertInto('audit_anchors').values({ chain, number, line }).execute();
  const others = head.anchored.filter((anchored) => anchored !== last);
  const anchored = [...others, { chain, place, number, digest: anchorDigest(line), sequence, hash }];
  await writeSealedHead(transaction, keys, { ...head, anchored });
}
