import type { Database } from '../db/database.js';
import type { Actor } from '../records/record.js';
import type { RecordStore } from '../records/record-store.js';
import type { RetentionPolicies } from './policies.js';

/** A record whose time is over. */
export interface ExpiredRecord {
  readonly id: string;
  readonly tenant: string;
  readonly startedAt: string;
  /** Days that records of the tenant are kept. */
  readonly days: number;
  /** Under legal hold, so that it stays. */
  readonly held: boolean;
}

/** What was done about the records whose time is over, or would be. */
export interface RetentionOutcome {
  readonly destroyed: readonly ExpiredRecord[];
  readonly held: readonly ExpiredRecord[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Records destroyed at a time. */
const BATCH = 200;

/** Destroys every record whose time is over, but for those under legal hold. With `dryRun`, it only tells which. */
export async function expireRecords(
  { database, records }: { readonly database: Database; readonly records: RecordStore },
  policies: RetentionPolicies,
  {
    actor,
    dryRun,
    now = new Date(),
  }: { readonly actor: Actor; readonly dryRun: boolean; readonly now?: Date },
): Promise<RetentionOutcome> {
  const expired = await findExpired(database.db, policies, now);
  const outcome = {
    destroyed: expired.filter(({ held }) => !held),
    held: expired.filter(({ held }) => held),
  };
  if (dryRun) return outcome;
  for (let from = 0; from < outcome.destroyed.length; from += BATCH) {
    const batch = outcome.destroyed.slice(from, from + BATCH);
    for (const [days, ids] of groupByDays(batch))
      await records.destroy(ids, { ...actor, reason: `kept for ${days} days` }, 'retention.destroy');
  }
  return outcome;
}

async function findExpired(
  db: Database['db'],
  policies: RetentionPolicies,
  now: Date,
): Promise<readonly ExpiredRecord[]> {
  const tenants = await db.selectFrom('sessions').select('tenant').distinct().execute();
  const found: ExpiredRecord[] = [];
  for (const { tenant } of tenants) {
    const days = policies.daysFor(tenant);
    if (days === undefined) continue;
    const rows = await db
      .selectFrom('sessions')
      .select(['id', 'started_at', 'held'])
      .where('tenant', '=', tenant)
      .where('started_at', '<', new Date(now.getTime() - days * DAY_MS).toISOString())
      // One that goes on stays.
      .where('ended_at', 'is not', null)
      .orderBy('started_at')
      .execute();
    found.push(
      ...rows.map(({ id, started_at, held }) => ({
        id,
        tenant,
        startedAt: started_at,
        days,
        held: held === 1,
      })),
    );
  }
  return found;
}

function groupByDays(records: readonly ExpiredRecord[]): ReadonlyMap<number, readonly string[]> {
  const groups = new Map<number, string[]>();
  for (const { days, id } of records) groups.set(days, [...(groups.get(days) ?? []), id]);
  return groups;
}
