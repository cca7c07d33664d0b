import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { DEFAULT_TENANT } from '../access/identity.js';
import type { ReadableDatabase } from '../db/database.js';
import { parseJson } from '../parse-json.js';
import { createSlices } from '../time-slices.js';
import { readLastEntry } from './stored-chain.js';

/** An entry of the log, as its reader sees it. */
export const auditEntryBody = z.object({
  sequence: z.int(),
  time: z.string(),
  action: z.string(),
  outcome: z.string(),
  tenant: z.string().optional(),
  subject: z.string().optional(),
  kind: z.string().optional(),
  role: z.string().optional(),
  from: z.string().optional(),
  what: z.string().optional(),
  reason: z.string().optional(),
  counts: z.record(z.string(), z.number()).optional(),
});
type FoundEntry = z.output<typeof auditEntryBody>;

/** The conditions of a search in the log. */
export interface AuditSearch {
  /** Entries of other tenants are not found. */
  readonly tenant: string;
  /** At or after `from`, and before `to`; RFC 3339 in UTC with milliseconds. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Subject of whoever did it. */
  readonly actor?: string | undefined;
  /** The whole name, or its first part: `record` stands for `record.read` and all others. */
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  /** Id of what it was done to. */
  readonly what?: string | undefined;
  readonly limit: number;
  /** Only entries before the one with this sequence. */
  readonly before?: number | undefined;
}

/** A part of the log, the newest first. */
export interface AuditPage {
  readonly entries: readonly FoundEntry[];
  /** How far back the log was looked through; undefined if nothing was. */
  readonly searchedTo: string | undefined;
  /** `before` of the next page; undefined if there is nothing further back. */
  readonly next: number | undefined;
}

/** Entries that are looked through together. */
const TOGETHER = 2000;

/** The most of them that are read and parsed together. */
const MOST_CANDIDATES = 250;

/** The most entries that are looked through for one page, and for how long, milliseconds. */
const MOST_ENTRIES = 200_000;
const MOST_MS = 1000;

/**
 * Looks for entries, from the newest on. The log has no index but its order, by which times are found too. Of a
 * long log, a page comes from a part of bounded length, and may hold fewer entries than asked for, or none.
 */
export async function searchAudit(
  { db, kind }: Pick<ReadableDatabase, 'db' | 'kind'>,
  search: AuditSearch,
): Promise<AuditPage> {
  const head = (await readLastEntry(db))?.sequence ?? 0;
  const lowest = search.from === undefined ? 1 : await firstAt(db, head, search.from);
  const end = search.to === undefined ? head + 1 : await firstAt(db, head, search.to);
  const begin = Math.min(end, search.before ?? Infinity);
  const until = performance.now() + MOST_MS;
  const entries: FoundEntry[] = [];
  const sliceEnds = createSlices();
  let before = begin;
  while (before > lowest && begin - before < MOST_ENTRIES && performance.now() < until) {
    const from = Math.max(lowest, before - TOGETHER);
    const rows = await candidates({ db, kind }, search, from, before);
    // There may be more than were read, further back.
    before = rows.length === MOST_CANDIDATES ? (rows.at(-1)?.sequence ?? from) : from;
    for (const { sequence, entry } of rows) {
      const found = readEntry(entry);
      if (found === undefined || !meets(found, search)) continue;
      entries.push({ ...found, sequence });
      if (entries.length < search.limit) continue;
      before = sequence;
      break;
    }
    if (entries.length >= search.limit) break;
    await sliceEnds();
  }
  return {
    entries,
    searchedTo: before < begin ? await timeOf(db, before) : undefined,
    next: before > lowest ? before : undefined,
  };
}

/** The newest entries in a part of the log that may meet a search, the newest first. */
function candidates(
  { db, kind }: Pick<ReadableDatabase, 'db' | 'kind'>,
  { actor, action, outcome, what }: AuditSearch,
  from: number,
  before: number,
): Promise<readonly { readonly sequence: number; readonly entry: string }[]> {
  let query = db
    .selectFrom('audit_entries')
    .select(['sequence', 'entry'])
    .where('sequence', '>=', from)
    .where('sequence', '<', before)
    .orderBy('sequence', 'desc')
    .limit(MOST_CANDIDATES);
  // Entries are canonical JSON, in which these cannot occur within a text, where quotes are escaped.
  const needles = Object.entries({ subject: actor, outcome, what }).flatMap(([name, value]) =>
    value === undefined ? [] : [`"${name}":${JSON.stringify(value)}`],
  );
  if (action !== undefined) needles.push(`"action":${JSON.stringify(action).slice(0, -1)}`);
  for (const needle of needles) query = query.where(holds(kind, needle));
  return query.execute();
}

function holds(kind: ReadableDatabase['kind'], needle: string): RawBuilder<boolean> {
  return kind === 'sqlite' ? sql`instr(entry, ${needle}) > 0` : sql`position(${needle} in entry) > 0`;
}

/** Entries of nobody who is known belong to the first tenant, as those of the server itself do. */
function meets(entry: FoundEntry, { tenant, from, to, actor, action, outcome, what }: AuditSearch): boolean {
  return (
    (entry.tenant ?? DEFAULT_TENANT) === tenant &&
    (from === undefined || entry.time >= from) &&
    (to === undefined || entry.time < to) &&
    (actor === undefined || entry.subject === actor) &&
    (action === undefined || entry.action === action || entry.action.startsWith(`${action}.`)) &&
    (outcome === undefined || entry.outcome === outcome) &&
    (what === undefined || entry.what === what)
  );
}

/** Undefined if somebody else than a server wrote it. */
function readEntry(entry: string): FoundEntry | undefined {
  return auditEntryBody.safeParse(parseJson(entry)).data;
}

/** The sequence of the first entry that is not before `time`; one more than the last if all are. */
async function firstAt(db: ReadableDatabase['db'], head: number, time: string): Promise<number> {
  let [low, high] = [1, head + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = await timeOf(db, middle);
    if (at !== undefined && at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When the entry with this sequence, or the next that is there and can be read, was written. */
async function timeOf(db: ReadableDatabase['db'], sequence: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('audit_entries')
    .select('entry')
    .where('sequence', '>=', sequence)
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  return row && readEntry(row.entry)?.time;
}
