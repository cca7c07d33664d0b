import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import { areOlderRowsRefused, type OlderRows } from '../integrity/accept-older-rows.js';
import type { MasterKeys } from '../records/master-keys.js';
import { anchorFile, type AnchorFile } from './anchor-file.js';
import { nextEntry, EMPTY_CHAIN } from './audit-entry.js';
import type { AuditEvent } from './audit-event.js';
import { auditKeys } from './audit-keys.js';
import { readSealedHead, writeSealedHead } from './sealed-head.js';
import { stampPath } from './stamp-anchors.js';
import { lockChain, readEntries, readLastEntry } from './stored-chain.js';
import { createContentDigest } from './verify.js';

/** What happened to the evidence that contradicts a log. */
export interface AcceptedLog {
  /** Number of entries, including the one about the acceptance. */
  readonly entries: number;
  /** Where the former anchors are now; undefined if there were none. */
  readonly anchorsAt: string | undefined;
}

/**
 * Continues a log from its present state: adds an entry that identifies exactly the accepted entries, seals it, and
 * sets its anchors aside. No server may run meanwhile.
 *
 * @param by who accepts it, and why
 * @param olderRows what happens to rows without a MAC if nothing shows whether any had one
 * @throws {ConfigError} if `olderRows` must be given and is not, or must not be given and is
 */
export async function acceptLog(
  { database, queue, masterKeys }: { database: Database; queue: CommitQueue; masterKeys: MasterKeys },
  { file, place }: { readonly file: AnchorFile; readonly place: string },
  by: Pick<AuditEvent, 'who' | 'from' | 'reason' | 'counts'>,
  olderRows: OlderRows | undefined,
): Promise<AcceptedLog> {
  const keys = auditKeys(masterKeys);
  let entries = 0;
  await queue.submit(async (transaction) => {
    await lockChain(transaction, database.kind);
    const rowsVouchedFor = await areOlderRowsRefused(transaction, masterKeys, olderRows);
    const content = createContentDigest();
    for await (const entry of readEntries(transaction)) content.add(entry);
    const last = (await readLastEntry(transaction)) ?? EMPTY_CHAIN;
    const event = { ...by, action: 'audit.accept', outcome: 'success', what: content.value() } as const;
    const entry = nextEntry(last, event, new Date());
    await transaction.insertInto('audit_entries').values(entry).execute();
    const sealed = await readSealedHead(transaction, keys);
    // Those of other servers that share the database have files of their own.
    const others =
      sealed.kind === 'intact' ? sealed.head.anchored.filter((anchored) => anchored.place !== place) : [];
    const { sequence, hash } = entry;
    await writeSealedHead(transaction, keys, { sequence, hash, anchored: others, rowsVouchedFor });
    const kept = others.map(({ chain }) => chain);
    await transaction
      .deleteFrom('audit_anchors')
      .$if(kept.length > 0, (query) => query.where('chain', 'not in', kept))
      .execute();
    entries = sequence;
  });
  return { entries, anchorsAt: await setAnchorsAside(file) };
}

/** Renames the anchors and their time stamps, since the log is continued differently. */
export async function setAnchorsAside(file: AnchorFile): Promise<string | undefined> {
  await anchorFile(stampPath(file)).setAside();
  return file.setAside();
}
