import type { Selectable } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { openFinal, type Reading } from './record-content.js';
import type { RecordedSegment, RefinedPart, SegmentVersion, StoredRecord } from './record.js';

/** Where what was said in a session is read from. */
interface SealedSession {
  readonly db: Database['db'];
  readonly id: string;
  readonly dataKey: Buffer;
}

/**
 * Everything that was said in a session with so many live finals, in all versions.
 * Throws `record_damaged` if any of it is missing or not what was written.
 */
export async function readSegments(
  { db, id, dataKey }: SealedSession,
  finals: number,
): Promise<Pick<StoredRecord, 'segments' | 'refined'>> {
  // Parts first: of one that is added meanwhile, all is there or nothing.
  const parts = await db
    .selectFrom('refined_parts')
    .selectAll()
    .where('session_id', '=', id)
    .orderBy('start_seconds')
    .orderBy('first_place')
    .execute();
  const rows = await db
    .selectFrom('segments')
    .selectAll()
    .where('session_id', '=', id)
    .orderBy('place')
    .orderBy('version')
    .execute();
  const live = openSegments(rows, dataKey, 'live');
  const refined = openSegments(rows, dataKey, 'refined');
  return {
    segments: markTakenBack(placesOf(live, 0, finals)),
    refined: parts.map((part) => refinedPart(part, refined)),
  };
}

type SegmentRow = Selectable<Schema['segments']>;
type Segments = ReadonlyMap<number, readonly SegmentVersion[]>;

/** The versions of each place of a reading. */
function openSegments(rows: readonly SegmentRow[], dataKey: Buffer, reading: Reading): Segments {
  const segments = new Map<number, SegmentVersion[]>();
  for (const { session_id: sessionId, place, version, written_at, written_by, sealed } of rows.filter(
    (row) => row.reading === reading,
  )) {
    const versions = segments.get(place) ?? [];
    segments.set(place, versions);
    versions.push({
      ...openFinal(dataKey, sealed, { sessionId, reading, place, version }),
      version,
      writtenAt: written_at,
      writtenBy: written_by ?? undefined,
    });
  }
  return segments;
}

/** So many finals from a place on. One that is missing is as bad as one that was changed. */
function placesOf(segments: Segments, from: number, count: number): readonly RecordedSegment[] {
  return Array.from({ length: count }, (_, index) => {
    const place = from + index;
    const [first, ...later] = segments.get(place) ?? [];
    const versions = first === undefined ? undefined : ([first, ...later] as const);
    if (versions === undefined || versions.some(({ version }, before) => version !== before + 1))
      throw new RequestError('record_damaged');
    return { place, versions, takenBackAt: undefined };
  });
}

function refinedPart(row: Selectable<Schema['refined_parts']>, segments: Segments): RefinedPart {
  return {
    id: row.id,
    model: row.model,
    start: row.start_seconds,
    end: row.end_seconds,
    writtenAt: row.written_at,
    segments: placesOf(segments, row.first_place, row.finals),
  };
}

function markTakenBack(segments: readonly RecordedSegment[]): readonly RecordedSegment[] {
  const takenBack = new Map<string, string>();
  for (const { versions } of segments) {
    const [{ channel, removes = [], writtenAt }] = versions;
    for (const sequence of removes) takenBack.set(`${channel}/${sequence}`, writtenAt);
  }
  return segments.map((segment) => {
    const [{ channel, sequence }] = segment.versions;
    return sequence === undefined
      ? segment
      : { ...segment, takenBackAt: takenBack.get(`${channel}/${sequence}`) };
  });
}
