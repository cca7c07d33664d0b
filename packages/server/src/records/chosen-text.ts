import type { RecordedSegment, RefinedPart, SegmentVersion, StoredRecord } from './record.js';

/**
 * Which text of a session is meant. `live`: what was sent while it was spoken. `refined`: what the second pass heard,
 * and live text where there was none. `edited`: live text with the corrections of people. `newest`: of each stretch
 * what somebody corrected last, else what the second pass heard, else live text; with all corrections.
 */
export const TEXT_VERSIONS = ['newest', 'live', 'refined', 'edited'] as const;
export type TextVersion = (typeof TEXT_VERSIONS)[number];

/** The part of a record that texts are chosen from. */
export type RecordedText = Pick<StoredRecord, 'segments' | 'refined'>;

/** The finals that make up a text of the session, by the time at which they begin, without those that were taken back. */
export function chosenText(record: RecordedText, version: TextVersion): readonly SegmentVersion[] {
  const wordings: SegmentVersion[] = [];
  for (const segment of segmentsOf(record, version)) {
    const wording = wordingOf(segment, version);
    if (wording !== undefined && wording.text !== '') wordings.push(wording);
  }
  return wordings.sort((one, other) => one.start - other.start);
}

/** The live finals whose text no longer counts because the speaker took it back. */
export function* takenBack({ segments }: StoredRecord): Generator<RecordedSegment> {
  for (const segment of segments) if (wordingOf(segment, 'newest') === undefined) yield segment;
}

/** The live finals that count, and those whose only content is to take others back. */
export function* standing({ segments }: StoredRecord): Generator<RecordedSegment> {
  for (const segment of segments) if (wordingOf(segment, 'newest') !== undefined) yield segment;
}

function segmentsOf({ segments, refined }: RecordedText, version: TextVersion): readonly RecordedSegment[] {
  if (version === 'live' || version === 'edited' || refined.length === 0) return segments;
  const parts = version === 'refined' ? refined : refined.filter((part) => counts(part, segments));
  const elsewhere = segments.filter((segment) => !parts.some((part) => covers(part, segment)));
  return [...elsewhere, ...parts.flatMap((part) => part.segments)];
}

/** Whether a part counts: a live text that somebody corrected later than the part is better than what a model heard. */
function counts(part: RefinedPart, live: readonly RecordedSegment[]): boolean {
  const covered = live.filter((segment) => covers(part, segment));
  return lastCorrection(part.segments) >= lastCorrection(covered);
}

/** Whether the middle of a final is in the part: models disagree about where an utterance begins. */
function covers({ start, end }: RefinedPart, { versions: [heard] }: RecordedSegment): boolean {
  const middle = (heard.start + heard.end) / 2;
  return middle >= start && middle < end;
}

/** When one of them was last corrected; an empty text, which sorts before all times, if none was. */
function lastCorrection(segments: readonly RecordedSegment[]): string {
  const times = segments.flatMap(({ versions }) => versions.slice(1).map(({ writtenAt }) => writtenAt));
  return times.sort().at(-1) ?? '';
}

/** Undefined for a final that was taken back, unless somebody corrected it afterwards and so wants it to count. */
function wordingOf(
  { versions, takenBackAt }: RecordedSegment,
  version: TextVersion,
): SegmentVersion | undefined {
  const isEdited = version === 'newest' || version === 'edited';
  const wording = (isEdited ? versions.at(-1) : undefined) ?? versions[0];
  const counts = takenBackAt === undefined || (wording.version > 1 && wording.writtenAt > takenBackAt);
  return counts ? wording : undefined;
}
