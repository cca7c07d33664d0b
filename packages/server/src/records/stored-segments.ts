import type { Selectable } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { createSlices, inSlices } from '../time-slices.js';
import { openFinal, RECOGNITION_PASSES, relabel, type RecognitionPass } from './record-content.js';
import { createHeadKeys, EMPTY_RECORD_HEAD, type HeadKeys, type RecordHead } from './record-head.js';
import type { RecordedSegment, RefinedPart, SegmentVersion, StoredRecord } from './record.js';
import { segmentPages, type SegmentRow } from './segment-pages.js';
import { openSpeakerChange, type SpeakerChange, type SpeakerChangeRow } from './speaker-changes.js';
import { createSpeakerLabels, type SpeakerLabels } from './speaker-labels.js';
import { speakerChangePages } from './stored-speaker-changes.js';
import type { SpeakerDirectory } from '../speakers/speaker-directory.js';

/** A session whose text is to be read. */
interface SealedSession {
  readonly db: Database['db'];
  readonly id: string;
  readonly dataKey: Buffer;
  /** The number of live finals. */
  readonly finals: number;
  /** The sealed head; null if it is lost. */
  readonly head: Buffer | null;
}

/** The text of a session, and whether it is all that was written, and nothing else. */
export interface StoredText extends Pick<StoredRecord, 'segments' | 'refined' | 'isWhole'> {
  /** Who speaks in it. */
  readonly directory: SpeakerDirectory;
}

/** Reads the text of a session in all versions, with the newest speakers. Leaves out what is missing or was changed. */
export async function readSegments({ db, id, dataKey, finals, head }: SealedSession): Promise<StoredText> {
  const sliceEnds = createSlices();
  const parts = await db
    .selectFrom('refined_parts')
    .selectAll()
    .where('session_id', '=', id)
    .orderBy('start_seconds')
    .orderBy('first_place')
    .execute();
  const changes = await openSpeakerChanges(db, id, dataKey);
  const labels = createSpeakerLabels(changes.opened);
  const { live, refined, text, opensAll } = await openSegments(db, id, dataKey, labels);
  await sliceEnds();
  const segments = placesOf(live, 0, finals);
  const read = parts.map((part) => refinedPart(part, refined));
  const isComplete =
    segments.length === finals && parts.every((part, index) => read[index]?.segments.length === part.finals);
  return {
    segments: await markTakenBack(segments),
    refined: read,
    isWhole:
      opensAll &&
      isComplete &&
      changes.opened.length === changes.rows.length &&
      isTextOf(head, createHeadKeys(dataKey, id), text, parts, changes.rows),
    directory: labels.directory,
  };
}

interface OpenSpeakerChanges {
  readonly rows: readonly SpeakerChangeRow[];
  /** Those that could be opened. */
  readonly opened: readonly SpeakerChange[];
}

async function openSpeakerChanges(
  db: Database['db'],
  id: string,
  dataKey: Buffer,
): Promise<OpenSpeakerChanges> {
  const rows: SpeakerChangeRow[] = [];
  const opened: SpeakerChange[] = [];
  const sliceEnds = createSlices();
  for await (const page of speakerChangePages(db, id))
    for (const row of page) {
      rows.push(row);
      const change = orUndefined(() => openSpeakerChange(dataKey, row));
      if (change !== undefined) opened.push(change);
      await sliceEnds();
    }
  return { rows, opened };
}

/** Whether exactly the rows of `text`, these parts and these changes belong to the record, by its head. */
function isTextOf(
  sealed: Buffer | null,
  keys: HeadKeys,
  text: RecordHead,
  parts: readonly Selectable<Schema['refined_parts']>[],
  changes: readonly SpeakerChangeRow[],
): boolean {
  const head = sealed === null ? undefined : orUndefined(() => keys.openHead(sealed));
  const there = keys.withText(text, [
    ...parts.map((part) => ({ table: 'refined_parts', ...part }) as const),
    ...changes.map((change) => ({ table: 'speaker_changes', ...change }) as const),
  ]);
  return there.text === head?.text;
}

/** The result of `work`; undefined if it finds the record damaged. */
function orUndefined<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RequestError && error.code === 'record_damaged') return undefined;
    throw error;
  }
}

type Segments = ReadonlyMap<number, RecordedSegment>;

/** A final to which later versions are still to be added. */
interface OpenSegment extends RecordedSegment {
  readonly versions: [SegmentVersion, ...SegmentVersion[]];
}

/** The finals that the rows of a session hold, by pass. */
interface OpenSegments extends Readonly<Record<RecognitionPass, Segments>> {
  /** The head that a record of exactly these rows would have. */
  readonly text: RecordHead;
  /** Whether all rows could be opened. */
  readonly opensAll: boolean;
}

/** Reads the versions of each final of each pass, some rows at a time, so that a long record does not block the event loop. */
async function openSegments(
  db: Database['db'],
  id: string,
  dataKey: Buffer,
  labels: SpeakerLabels,
): Promise<OpenSegments> {
  const passes = { live: new Map<number, OpenSegment>(), refined: new Map<number, OpenSegment>() };
  const keys = createHeadKeys(dataKey, id);
  const sliceEnds = createSlices();
  let text = EMPTY_RECORD_HEAD;
  let opensAll = true;
  for await (const page of segmentPages(db, id))
    for (const row of page) {
      text = keys.withText(text, [{ table: 'segments', ...row }]);
      const reading = RECOGNITION_PASSES.find((pass) => pass === row.reading);
      const version = reading && orUndefined(() => openVersion(dataKey, row, reading, labels));
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

function openVersion(
  dataKey: Buffer,
  row: SegmentRow,
  reading: RecognitionPass,
  labels: SpeakerLabels,
): SegmentVersion {
  const { session_id: sessionId, place, version, written_at, written_by, sealed } = row;
  const final = openFinal(dataKey, sealed, { sessionId, reading, place, version });
  const { channel, start, end } = final;
  const relabelling = labels.relabelling({ reading, place, version, channel, start, end });
  if (relabelling !== undefined) relabel(final, relabelling);
  return Object.assign(final, { version, writtenAt: written_at, writtenBy: written_by ?? undefined });
}

/** The `count` finals from a place on, without those that are missing. */
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

/** Marks finals that were taken back. Only these are copied, as there are thousands of finals. */
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
