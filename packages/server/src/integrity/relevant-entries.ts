import { z } from 'zod';
import type { Database } from '../db/database.js';
import { parseJson } from '../parse-json.js';

/** An entry of the audit log that tells something about revisions. */
export type RelevantEntry = z.output<typeof relevantEntry>;

/** A part of the log, in its order. */
interface RelevantPage {
  readonly entries: readonly RelevantEntry[];
  /** The sequence of the last entry that was looked at. */
  readonly to: number;
  /** Whether more entries were there already. */
  readonly goesOn: boolean;
}

/** How many entries are looked through together; the event loop turns in between. */
const PAGE = 5000;

/**
 * Entries about the beginning and end of sessions are skipped if they are further back than this, since there are
 * many.
 */
const LOOKED_BACK = 50_000;

const RELEVANT = [
  '%evision":%',
  '%evisionFloor":%',
  '%"action":"logout"%',
  '%"action":"record.hold"%',
  '%"action":"record.release"%',
  '%"action":"record.delete"%',
  '%"action":"retention.destroy"%',
  '%"action":"backup.restore"%',
];

const relevantEntry = z.object({
  action: z.string(),
  time: z.string(),
  outcome: z.string(),
  subject: z.string().optional(),
  what: z.string().optional(),
  counts: z.record(z.string(), z.number()).optional(),
});

/**
 * The entries of the audit log after the one with the sequence `read`; undefined if there are none.
 * @param scope `recent`: entries about sessions are left out if they are far back
 */
export async function readRelevant(
  db: Database['db'],
  read: number,
  scope: 'recent' | 'all',
): Promise<RelevantPage | undefined> {
  const last = await db
    .selectFrom('audit_entries')
    .select('sequence')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const head = last?.sequence ?? 0;
  if (read >= head) return undefined;
  const to = Math.min(head, read + PAGE);
  const rows = await db
    .selectFrom('audit_entries')
    .select('entry')
    .where('sequence', '>', read)
    .where('sequence', '<=', to)
    // The quoted pattern cannot occur within a text of the entry, where quotes are escaped.
    .where((eb) => eb.or(RELEVANT.map((pattern) => eb('entry', 'like', pattern))))
    .$if(scope === 'recent' && head - read > LOOKED_BACK, (query) =>
      query.where('entry', 'not like', '%"action":"session.%'),
    )
    .orderBy('sequence')
    .execute();
  const entries = rows.flatMap(({ entry }) => {
    const parsed = relevantEntry.safeParse(parseJson(entry));
    return parsed.success ? [parsed.data] : [];
  });
  return { entries, to, goesOn: to < head };
}
