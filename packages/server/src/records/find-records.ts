import type { Database } from '../db/database.js';
import { RequestError } from '../errors.js';
import { createSlices } from '../time-slices.js';
import type { RecordPage, RecordSearch, RecordSummary, SessionKind } from './record.js';
import type { SessionRow, SessionRows } from './session-rows.js';

/** The sessions that a search finds, the newest first, without those whose rows are not as a server wrote them. */
export async function findRecords(
  db: Database['db'],
  search: RecordSearch,
  sessions: SessionRows,
): Promise<RecordPage> {
  const { scope, limit } = search;
  let query = db
    .selectFrom('sessions')
    .select(({ fn }) => ['id', 'started_at', fn<number | null>('length', ['settings']).as('bytes')])
    .where('tenant', '=', scope.tenant)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (scope.owner !== undefined || scope.groups !== undefined) {
    const { owner = '', groups = [] } = scope;
    query = query.where((eb) =>
      eb.or([
        eb('owner', '=', owner),
        ...(groups.length === 0
          ? []
          : [
              eb(
                'id',
                'in',
                eb.selectFrom('session_groups').select('session_id').where('name', 'in', groups),
              ),
            ]),
      ]),
    );
  }
  if (search.owner !== undefined) query = query.where('owner', '=', search.owner);
  for (const column of ['kind', 'model', 'language', 'task'] as const) {
    const value = search[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (search.from !== undefined) query = query.where('started_at', '>=', search.from);
  if (search.to !== undefined) query = query.where('started_at', '<', search.to);
  if (search.held !== undefined) query = query.where('held', '=', search.held ? 1 : 0);
  if (search.after !== undefined) {
    const { startedAt, id } = parseCursor(search.after);
    query = query.where((eb) =>
      eb.or([
        eb('started_at', '<', startedAt),
        eb.and([eb('started_at', '=', startedAt), eb('id', '<', id)]),
      ]),
    );
  }
  const found = await query.execute();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const records: RecordSummary[] = [];
  const sliceEnds = createSlices();
  for (const some of readTogether(page)) {
    records.push(...(await readSummaries(db, some, sessions)));
    await sliceEnds();
  }
  return { records, next: found.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

/** A session that a search found, before its row is read. */
interface FoundSession {
  readonly id: string;
  readonly started_at: string;
  /** Size of its settings, which grows with the number of key terms. */
  readonly bytes: number | null;
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
  };
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

function cursorOf({ started_at, id }: FoundSession): string {
  return `${started_at}_${id}`;
}

function parseCursor(text: string): { readonly startedAt: string; readonly id: string } {
  const [startedAt, id, ...rest] = text.split('_');
  if (startedAt === undefined || id === undefined || rest.length > 0 || Number.isNaN(Date.parse(startedAt)))
    throw new RequestError('invalid_request', {
      field: 'after',
      limit: 'what "next" of the page before says',
    });
  return { startedAt, id };
}
