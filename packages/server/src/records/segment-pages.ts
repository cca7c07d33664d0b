import type { Selectable } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';

/** Rows that are read by one statement. */
const PAGE = 20;

export type SegmentRow = Selectable<Schema['segments']>;

/** All rows of text of a session, page by page, ordered by reading, place and version. */
export async function* segmentPages(
  db: Database['db'],
  sessionId: string,
): AsyncGenerator<readonly SegmentRow[]> {
  for (let last: SegmentRow | undefined; ;) {
    const page = await pageBehind(db, sessionId, last);
    yield page;
    if (page.length < PAGE) return;
    last = page.at(-1);
  }
}

function pageBehind(
  db: Database['db'],
  sessionId: string,
  last: SegmentRow | undefined,
): Promise<readonly SegmentRow[]> {
  const rows = db
    .selectFrom('segments')
    .selectAll()
    .where('session_id', '=', sessionId)
    .orderBy('reading')
    .orderBy('place')
    .orderBy('version')
    .limit(PAGE);
  if (last === undefined) return rows.execute();
  const { reading, place, version } = last;
  return rows
    .where((eb) => eb(eb.refTuple('reading', 'place', 'version'), '>', eb.tuple(reading, place, version)))
    .execute();
}
