import type { Database } from '../db/database.js';
import { cursorOf, parseCursor } from '../db/time-cursor.js';
import { RequestError } from '../errors.js';
import type { Actor } from '../records/record.js';
import type { RecordStore } from '../records/record-store.js';
import type { RetentionPolicies } from './policies.js';

/** A record whose retention period is over. */
export interface ExpiredRecord {
  readonly id: string;
  readonly tenant: string;
  readonly startedAt: string;
  /** Days that records of the tenant are kept. */
  readonly days: number;
  /** Under legal hold, so that it stays. */
  readonly held: boolean;
}

/** What was done, or would be done, with the records whose retention period is over. */
export interface RetentionOutcome {
  readonly destroyed: readonly ExpiredRecord[];
  readonly held: readonly ExpiredRecord[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Records destroyed at a time: no more than the store destroys in one transaction, so that it is all of them or none.
 */
const BATCH = 50;

/**
 * Destroys every record whose retention period is over, except those under legal hold. With `dryRun`, only tells which
 * these are.
 */
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
  const { destroyed, held } = await destroyExpired(records, outcome.destroyed, actor);
  return { destroyed, held: [...outcome.held, ...held] };
}

/** Destroys the first `most` records of a tenant whose retention period is over, except those under legal hold. */
export async function expireOfTenant(
  { database, records }: { readonly database: Pick<Database, 'db'>; readonly records: RecordStore },
  policies: RetentionPolicies,
  {
    tenant,
    actor,
    most,
    now = new Date(),
  }: { readonly tenant: string; readonly actor: Actor; readonly most: number; readonly now?: Date },
): Promise<RetentionOutcome> {
  const expired = await findExpiredOfTenant(database, policies, tenant, { limit: most, held: false, now });
  return destroyExpired(records, expired.records, actor);
}

async function destroyExpired(
  records: RecordStore,
  expired: readonly ExpiredRecord[],
  actor: Actor,
): Promise<RetentionOutcome> {
  const destroyed: ExpiredRecord[] = [];
  const held: ExpiredRecord[] = [];
  for (let from = 0; from < expired.length; from += BATCH) {
    const batch = expired.slice(from, from + BATCH);
    for (const [days, together] of groupByDays(batch)) {
      const reason = { ...actor, reason: `kept for ${days} days` };
      for (const [record, fate] of await destroyAll(records, together, reason)) {
        if (fate === 'destroyed') destroyed.push(record);
        else if (fate === 'held') held.push({ ...record, held: true });
      }
    }
  }
  return { destroyed, held };
}

/**
 * What happened to a record. Since it was found, it may have been put under hold, deleted or resumed, or its row is
 * forged.
 */
type Fate = 'destroyed' | 'held' | 'elsewhere';

/** Destroys all records together or, if one is refused, one by one, so that the others are destroyed anyway. */
async function destroyAll(
  records: RecordStore,
  expired: readonly ExpiredRecord[],
  actor: Actor,
): Promise<ReadonlyMap<ExpiredRecord, Fate>> {
  const ids = expired.map(({ id }) => id);
  try {
    const gone = new Set(await records.destroy(ids, actor, 'retention.destroy'));
    return new Map(expired.map((record) => [record, gone.has(record.id) ? 'destroyed' : 'elsewhere']));
  } catch (error) {
    const fate = fateOf(error);
    if (fate === undefined) throw error;
    const [only, ...others] = expired;
    if (only !== undefined && others.length === 0) return new Map([[only, fate]]);
  }
  const fates = new Map<ExpiredRecord, Fate>();
  for (const record of expired)
    for (const [of, fate] of await destroyAll(records, [record], actor)) fates.set(of, fate);
  return fates;
}

/** What a failure means for a record; undefined if the failure does not concern that one record. */
function fateOf(error: unknown): Fate | undefined {
  if (!(error instanceof RequestError)) return undefined;
  if (error.code === 'record_on_hold') return 'held';
  return error.code === 'record_not_found' || error.code === 'record_open' ? 'elsewhere' : undefined;
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
      .where('started_at', '<', limitOf(days, now))
      // A session that is open stays.
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

/** Records of a tenant whose retention period is over, the oldest first. */
export interface ExpiredPage {
  readonly records: readonly ExpiredRecord[];
  /** Leads to the page after this one, if there is one. */
  readonly next: string | undefined;
}

/** A page of the records of a tenant whose retention period is over; none where there is no policy. */
export async function findExpiredOfTenant(
  { db }: Pick<Database, 'db'>,
  policies: RetentionPolicies,
  tenant: string,
  {
    limit,
    after,
    held,
    now = new Date(),
  }: {
    readonly limit: number;
    readonly after?: string | undefined;
    /** Only those under legal hold, or only the others; both if missing. */
    readonly held?: boolean;
    readonly now?: Date;
  },
): Promise<ExpiredPage> {
  const days = policies.daysFor(tenant);
  if (days === undefined) return { records: [], next: undefined };
  let query = db
    .selectFrom('sessions')
    .select(['id', 'started_at', 'held'])
    .where('tenant', '=', tenant)
    .where('started_at', '<', limitOf(days, now))
    .where('ended_at', 'is not', null)
    .orderBy('started_at')
    .orderBy('id')
    .limit(limit + 1);
  if (held !== undefined) query = query.where('held', '=', held ? 1 : 0);
  if (after !== undefined) {
    const { at, id } = parseCursor(after);
    query = query.where((eb) => eb(eb.refTuple('started_at', 'id'), '>', eb.tuple(at, id)));
  }
  const rows = await query.execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    records: shown.map(({ id, started_at, held: isHeld }) => ({
      ...{ id, tenant, startedAt: started_at, days },
      held: isHeld === 1,
    })),
    next: rows.length > limit && last !== undefined ? cursorOf(last.started_at, last.id) : undefined,
  };
}

/** Records of a tenant whose retention period is over. */
export interface DueRecords {
  /** Those that the next run destroys. */
  readonly due: number;
  /** Those under legal hold. */
  readonly held: number;
}

/** Counts the records of a tenant whose retention period is over; none where there is no policy. */
export async function countExpired(
  { db }: Pick<Database, 'db'>,
  policies: RetentionPolicies,
  tenant: string,
  now = new Date(),
): Promise<DueRecords> {
  const days = policies.daysFor(tenant);
  if (days === undefined) return { due: 0, held: 0 };
  const rows = await db
    .selectFrom('sessions')
    .select(({ fn }) => ['held', fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .where('started_at', '<', limitOf(days, now))
    .where('ended_at', 'is not', null)
    .groupBy('held')
    .execute();
  const countOf = (held: number): number => rows.find((row) => row.held === held)?.count ?? 0;
  return { due: countOf(0), held: countOf(1) };
}

/** Records that began before are due. */
function limitOf(days: number, now: Date): string {
  return new Date(now.getTime() - days * DAY_MS).toISOString();
}

function groupByDays(records: readonly ExpiredRecord[]): ReadonlyMap<number, readonly ExpiredRecord[]> {
  const groups = new Map<number, ExpiredRecord[]>();
  for (const record of records) groups.set(record.days, [...(groups.get(record.days) ?? []), record]);
  return groups;
}
