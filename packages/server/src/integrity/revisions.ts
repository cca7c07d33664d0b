import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../db/database.js';
import { createKnownRevisions, type KnownRevisions } from './known-revisions.js';
import { readRelevant } from './relevant-entries.js';

/**
 * The newest revision of each row according to the audit log: the entry about a change holds the revision that it
 * made. A row that is put back to an earlier state, with the MAC that it had then, is noticed because it is older than the
 * log says.
 */
export interface Revisions extends Omit<KnownRevisions, 'take'> {
  /** Reads what was added to the audit log, if that was not done in the last second. Never within a transaction. */
  readonly refresh: () => Promise<void>;
}

const REFRESH_MS = 1000;

/** The `what` of the entry about the end of a login. */
export function endedLogin(digest: string): string {
  return `login:${digest.slice(0, 16)}`;
}

/**
 * Makes revisions; nothing is read before the first `refresh`.
 * @param scope `all`: every session and every deletion is remembered
 */
export function createRevisions({ db }: Pick<Database, 'db'>, scope: 'recent' | 'all' = 'recent'): Revisions {
  const { take, ...known } = createKnownRevisions(scope);
  let read = 0;
  let refreshedAt = -Infinity;
  let refreshing: Promise<void> | undefined;

  const readOn = async (): Promise<void> => {
    for (;;) {
      const page = await readRelevant(db, read, scope);
      if (page === undefined) break;
      page.entries.forEach(take);
      read = page.to;
      if (page.goesOn) await turn();
    }
    refreshedAt = performance.now();
  };

  return {
    ...known,
    refresh: async () => {
      if (performance.now() - refreshedAt < REFRESH_MS) return;
      refreshing ??= readOn().finally(() => (refreshing = undefined));
      await refreshing;
    },
  };
}
