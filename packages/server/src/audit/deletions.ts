import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import type { Database } from '../db/database.js';
import { parseJson } from '../parse-json.js';
import type { AuditEntry } from './audit-entry.js';

/** What an entry of the audit log says about sessions that are gone. */
export interface Deletion {
  /**
   * `destroyed`: the session `what` was destroyed. `left-out`: a backup was restored without the session `what`, as it had been
   * destroyed since. `accepted`: somebody accepted the entries up to this one, whose digest is `what`.
   */
  readonly kind: 'destroyed' | 'left-out' | 'accepted';
  readonly what: string;
}

const KINDS: Readonly<Record<string, Deletion['kind']>> = {
  'record.delete': 'destroyed',
  'retention.destroy': 'destroyed',
  'backup.restore': 'left-out',
  'audit.accept': 'accepted',
};

/** Matches the entries that matter. The quoted pattern cannot occur within a text of an entry. */
const RELEVANT = /"action":"(?:record\.delete|retention\.destroy|backup\.restore|audit\.accept)"/u;

const relevantEntry = z.object({ action: z.string(), outcome: z.string(), what: z.string() });

/** What an entry says about a session that is gone; undefined if it says nothing, or if the deletion failed. */
export function readDeletion(entry: string): Deletion | undefined {
  const { data } = relevantEntry.safeParse(RELEVANT.test(entry) ? parseJson(entry) : undefined);
  const kind = data && KINDS[data.action];
  if (data === undefined || kind === undefined) return undefined;
  return kind === 'accepted' || data.outcome === 'success' ? { kind, what: data.what } : undefined;
}

/** Entries that are read together. */
const PAGE = 2000;

/** The entries after one, up to another or the last, some at a time, so that other work runs in between. */
export async function* entriesBehind(
  db: Database['db'],
  sequence: number,
  last = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<readonly AuditEntry[]> {
  for (let behind = sequence; ;) {
    const rows = await db
      .selectFrom('audit_entries')
      .select(['sequence', 'entry', 'hash'])
      .where('sequence', '>', behind)
      .where('sequence', '<=', last)
      .orderBy('sequence')
      .limit(PAGE)
      .execute();
    yield rows;
    if (rows.length < PAGE) return;
    behind = rows.at(-1)?.sequence ?? behind;
    await turn();
  }
}
