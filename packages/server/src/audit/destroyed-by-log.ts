import type { Database } from '../db/database.js';
import type { MasterKeys } from '../records/master-keys.js';
import { chainHash, EMPTY_CHAIN, type AuditEntry, type ChainHead } from './audit-entry.js';
import { auditKeys } from './audit-keys.js';
import { entriesBehind, readDeletion } from './deletions.js';
import { readSealedHead } from './sealed-head.js';
import { createContentDigest } from './verify.js';

/** The sessions that were destroyed according to the audit log, which nobody without a master key can forge. */
export interface DestroyedByLog {
  /**
   * The sessions among these that were destroyed, or that a restored backup left out because they had been. Only entries whose
   * chain leads to the sealed head count. Each entry is read once.
   */
  readonly among: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Reads new entries in advance, so that nobody has to wait for that later. */
  readonly refresh: () => Promise<void>;
}

/** Starts without having read anything. */
export function createDestroyedByLog({ db }: Pick<Database, 'db'>, masterKeys: MasterKeys): DestroyedByLog {
  const keys = auditKeys(masterKeys);
  const content = createContentDigest();
  const destroyed = new Set<string>();
  let unsure: string[] = [];
  let before: ChainHead = EMPTY_CHAIN;
  let isChained = true;
  let reading: Promise<void> | undefined;

  const take = (row: AuditEntry): void => {
    const deletion = readDeletion(row.entry);
    // Entries that somebody has accepted count as they are.
    if (deletion?.kind === 'accepted' && deletion.what === content.value()) isChained = true;
    const isNext = row.sequence === before.sequence + 1 && chainHash(before.hash, row.entry) === row.hash;
    isChained &&= isNext;
    content.add(row);
    if (deletion !== undefined && deletion.kind !== 'accepted') unsure.push(deletion.what);
    before = { sequence: row.sequence, hash: row.hash };
  };

  const readOn = async (): Promise<void> => {
    const sealed = await readSealedHead(db, keys);
    if (sealed.kind !== 'intact') return;
    for await (const rows of entriesBehind(db, before.sequence, sealed.head.sequence))
      for (const row of rows) take(row);
    if (!isChained || before.hash !== sealed.head.hash) return;
    for (const id of unsure) destroyed.add(id);
    unsure = [];
  };

  const refresh = async (): Promise<void> => {
    // The reading in progress may have begun before the entry was there.
    await reading?.catch(() => undefined);
    reading ??= readOn().finally(() => (reading = undefined));
    await reading;
  };

  return {
    among: async (ids) => {
      if (ids.some((id) => !destroyed.has(id))) await refresh();
      return new Set(ids.filter((id) => destroyed.has(id)));
    },
    refresh,
  };
}
