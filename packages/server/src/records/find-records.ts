import type { Database } from '../db/database.js';
import { cursorOf } from '../db/time-cursor.js';
import { createSlices } from '../time-slices.js';
import { INTERRUPTED } from './interrupted-sessions.js';
import type { RecordPage, RecordSearch, RecordSummary, SessionKind, SessionState } from './record.js';
import { searchSessions, type FoundSession } from './search-sessions.js';
import type { SessionRow, SessionRows } from './session-rows.js';

/** The sessions that a search finds, without those whose rows are not as a server wrote them. */
export async function findRecords(
  db: Database['db'],
  search: RecordSearch,
  sessions: SessionRows,
): Promise<RecordPage> {
  const { limit } = search;
  const found = await searchSessions(db, search);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const records: RecordSummary[] = [];
  const sliceEnds = createSlices();
  for (const some of readTogether(page)) {
    records.push(...(await readSummaries(db, some, sessions)));
    await sliceEnds();
  }
  return {
    records,
    next: found.length > limit && last !== undefined ? cursorOf(last.started_at, last.id) : undefined,
  };
}

/** The most that is read and authenticated between two turns of the event loop: it takes some milliseconds. */
const TOGETHER = { rows: 20, bytes: 2 ** 20 };

function* readTogether(found: readonly FoundSession[]): Generator<readonly string[]> {
  let ids: string[] = [];
  let bytes = 0;
  for (const session of found) {
    bytes += session.bytes ?? 0;
    if (ids.length > 0 && (ids.length >= TOGETHER.rows || bytes > TOGETHER.bytes)) {
      yield ids;
      ids = [];
      bytes = session.bytes ?? 0;
    }
    ids.push(session.id);
  }
  if (ids.length > 0) yield ids;
}

/** A row of the table as a summary. */
export function summaryOf(row: SessionRow, groups: readonly string[]): RecordSummary {
  return {
    id: row.id,
    kind: row.kind as SessionKind,
    state: stateOf(row),
    tenant: row.tenant,
    owner: row.owner,
    groups,
    model: row.model,
    version: row.server_version ?? undefined,
    language: row.language,
    task: row.task ?? undefined,
    channels: row.channels,
    sampleRate: row.sample_rate ?? undefined,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    endReason: row.end_reason ?? undefined,
    finals: row.finals,
    audioSeconds: row.audio_seconds,
    missingSeconds: row.missing_seconds ?? undefined,
    held: row.held === 1,
    heldBy: row.server_id ?? undefined,
  };
}

function stateOf({ ended_at, end_reason }: SessionRow): SessionState {
  if (ended_at === null) return 'open';
  return end_reason === INTERRUPTED ? 'interrupted' : 'ended';
}

/** The summaries of these sessions, in the order of `ids`, without those that are gone by now. */
async function readSummaries(
  db: Database['db'],
  ids: readonly string[],
  sessions: SessionRows,
): Promise<readonly RecordSummary[]> {
  const rows = await db.selectFrom('sessions').selectAll().where('id', 'in', ids).execute();
  const groups = await db.selectFrom('session_groups').selectAll().where('session_id', 'in', ids).execute();
  const groupsOf = (id: string): readonly string[] =>
    groups.filter(({ session_id }) => session_id === id).map(({ name }) => name);
  const sound = await sessions.authenticOf(rows, groupsOf);
  return sound
    .toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id))
    .map((row) => summaryOf(row, groupsOf(row.id)));
}
