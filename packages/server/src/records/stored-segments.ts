import type { Selectable } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { openFinal, type RecognitionPass } from './record-content.js';
import { createHeadKeys, EMPTY_HEAD, type HeadKeys } from './record-head.js';
import type { RecordedSegment, RefinedPart, SegmentVersion, StoredRecord } from './record.js';

/** A session whose text is read. */
interface SealedSession {
  readonly db: Database['db'];
  readonly id: string;
  readonly dataKey: Buffer;
  /** The number of live finals. */
  readonly finals: number;
  /** Null where it is lost. */
  readonly head: Buffer | null;
}

/** What was said in a session, and whether it is all of that and nothing else. */
export type StoredText = Pick<StoredRecord, 'segments' | 'refined' | 'isWhole'>;

/** Everything that was said in a session, in all versions. Leaves out only what is missing or was changed. */
export async function readSegments({ db, id, dataKey, finals, head }: SealedSession): Promise<StoredText> {
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
  const segments = placesOf(live.segments, 0, finals);
  const read = parts.map((part) => refinedPart(part, refined.segments));
  const isComplete =
    segments.length === finals && parts.every((part, index) => read[index]?.segments.length === part.finals);
  return {
    segments: markTakenBack(segments),
    refined: read,
    isWhole:
      live.isWhole &&
      refined.isWhole &&
      isComplete &&
      isTextOf(head, createHeadKeys(dataKey, id), rows, parts),
  };
}

/** Whether these rows, and no others, belong to the record. */
function isTextOf(
  sealed: Buffer | null,
  keys: HeadKeys,
  rows: readonly SegmentRow[],
  parts: readonly Selectable<Schema['refined_parts']>[],
): boolean {
  const head = sealed === null ? undefined : orUndefined(() => keys.openHead(sealed));
  const there = keys.withText(EMPTY_HEAD, [
    ...rows.map((row) => ({ table: 'segments', ...row }) as const),
    ...parts.map((part) => ({ table: 'refined_parts', ...part }) as const),
  ]);
  return there.text === head?.text;
}

/** What cannot be opened as it should is left out. */
function orUndefined<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RequestError && error.code === 'record_damaged') return undefined;
    throw error;
  }
}

type SegmentRow = Selectable<Schema['segments']>;
type Segments = ReadonlyMap<number, readonly SegmentVersion[]>;

/** The versions of each final of a pass, and whether all could be opened. */
function openSegments(
  rows: readonly SegmentRow[],
  dataKey: Buffer,
  reading: RecognitionPass,
): { readonly segments: Segments; readonly isWhole: boolean } {
  const segments = new Map<number, SegmentVersion[]>();
  let isWhole = true;
  for (const { session_id: sessionId, place, version, written_at, written_by, sealed } of rows.filter(
    (row) => row.reading === reading,
  )) {
    const final = orUndefined(() => openFinal(dataKey, sealed, { sessionId, reading, place, version }));
    if (final === undefined) {
      isWhole = false;
      continue;
    }
    const versions = segments.get(place) ?? [];
    segments.set(place, versions);
    versions.push({
      ...final,
      version,
      writtenAt: written_at,
      writtenBy: written_by ?? undefined,
    });
  }
  return { segments, isWhole };
}

/** `count` finals from a place on, without those that are missing. */
function placesOf(segments: Segments, from: number, count: number): readonly RecordedSegment[] {
  return [...segments]
    .filter(([place]) => place >= from && place < from + count)
    .flatMap(([place, [first, ...later]]) =>
      first === undefined ? [] : [{ place, versions: [first, ...later] as const, takenBackAt: undefined }],
    );
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
