import type { Selectable } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { createSlices, inSlices } from '../time-slices.js';
import { openFinal, RECOGNITION_PASSES, type RecognitionPass } from './record-content.js';
import { createHeadKeys, EMPTY_RECORD_HEAD, type HeadKeys, type RecordHead } from './record-head.js';
import type { RecordedSegment, RefinedPart, SegmentVersion, StoredRecord } from './record.js';
import { segmentPages, type SegmentRow } from './segment-pages.js';

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
  const { live, refined, text, opensAll } = await openSegments(db, id, dataKey);
  const segments = placesOf(live, 0, finals);
  const read = parts.map((part) => refinedPart(part, refined));
  const isComplete =
    segments.length === finals && parts.every((part, index) => read[index]?.segments.length === part.finals);
  return {
    segments: await markTakenBack(segments),
    refined: read,
    isWhole: opensAll && isComplete && isTextOf(head, createHeadKeys(dataKey, id), text, parts),
  };
}

/** Whether the rows whose hashes `text` holds and these, and no others, belong to the record. */
function isTextOf(
  sealed: Buffer | null,
  keys: HeadKeys,
  text: RecordHead,
  parts: readonly Selectable<Schema['refined_parts']>[],
): boolean {
  const head = sealed === null ? undefined : orUndefined(() => keys.openHead(sealed));
  const there = keys.withText(
    text,
    parts.map((part) => ({ table: 'refined_parts', ...part }) as const),
  );
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

type Segments = ReadonlyMap<number, RecordedSegment>;

/** A final whose later versions are still to come. */
interface OpenSegment extends RecordedSegment {
  readonly versions: [SegmentVersion, ...SegmentVersion[]];
}

/** What the rows of text of a session hold. */
interface OpenSegments extends Readonly<Record<RecognitionPass, Segments>> {
  /** The head of a record of these rows. */
  readonly text: RecordHead;
  /** Whether all could be opened. */
  readonly opensAll: boolean;
}

/** Reads the versions of each final of each pass: of a long day some at a time, so that nobody waits for it. */
async function openSegments(db: Database['db'], id: string, dataKey: Buffer): Promise<OpenSegments> {
  const passes = { live: new Map<number, OpenSegment>(), refined: new Map<number, OpenSegment>() };
  const keys = createHeadKeys(dataKey, id);
  const sliceEnds = createSlices();
  let text = EMPTY_RECORD_HEAD;
  let opensAll = true;
  for await (const page of segmentPages(db, id))
    for (const row of page) {
      text = keys.withText(text, [{ table: 'segments', ...row }]);
      const reading = RECOGNITION_PASSES.find((pass) => pass === row.reading);
      const version = reading && orUndefined(() => openVersion(dataKey, row, reading));
      if (reading !== undefined && version !== undefined) {
        const { place } = row;
        const segment = passes[reading].get(place);
        if (segment === undefined)
          passes[reading].set(place, { place, versions: [version], takenBackAt: undefined });
        else segment.versions.push(version);
      }
      opensAll &&= version !== undefined;
      await sliceEnds();
    }
  return { ...passes, text, opensAll };
}

function openVersion(dataKey: Buffer, row: SegmentRow, reading: RecognitionPass): SegmentVersion {
  const { session_id: sessionId, place, version, written_at, written_by, sealed } = row;
  const final = openFinal(dataKey, sealed, { sessionId, reading, place, version });
  return Object.assign(final, { version, writtenAt: written_at, writtenBy: written_by ?? undefined });
}

/** `count` finals from a place on, without those that are missing. */
function placesOf(segments: Segments, from: number, count: number): readonly RecordedSegment[] {
  return [...segments.values()].filter(({ place }) => place >= from && place < from + count);
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

/** Copies none but those that were: there are thousands. */
async function markTakenBack(segments: readonly RecordedSegment[]): Promise<readonly RecordedSegment[]> {
  const takenBack = new Map<string, string>();
  for (const { versions } of segments) {
    const [{ channel, removes = [], writtenAt }] = versions;
    for (const sequence of removes) takenBack.set(`${channel}/${sequence}`, writtenAt);
  }
  if (takenBack.size === 0) return segments;
  const marked: RecordedSegment[] = [];
  for await (const segment of inSlices(segments)) {
    const [{ channel, sequence }] = segment.versions;
    const takenBackAt = sequence === undefined ? undefined : takenBack.get(`${channel}/${sequence}`);
    marked.push(takenBackAt === undefined ? segment : { ...segment, takenBackAt });
  }
  return marked;
}
