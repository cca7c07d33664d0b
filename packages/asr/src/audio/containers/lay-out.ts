import type { RecordingFile } from './recording-file.js';
import { clusterElements, EBML_HEADER_BYTES, ebmlIds, parseEbmlElement, segmentElements } from './ebml.js';
import { createFileCursor, type FileCursor } from './file-cursor.js';
import { MP4_BOX_HEADER_BYTES, parseMp4Box } from './mp4-box.js';
import { RECORDING_KIND_BYTES, recordingKind, type RecordingKind } from './recording-kind.js';

/** The content of a file, as its structure alone shows it. */
export interface Layout {
  /** The recordings that it is made of, one after the other; most often one. */
  readonly parts: readonly Part[];
  /**
   * What is wrong with the structure, as the end of a sentence that begins with the file's name; undefined if nothing is.
   */
  readonly damage: string | undefined;
}

/** One recording of a file, from `start` up to `end`, bytes. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly kind: RecordingKind | undefined;
  /** What it lacks and cannot be decoded without, as the end of a sentence; undefined if it lacks nothing. */
  readonly lack: string | undefined;
  /** Whether its sound can be decoded only with a key that is not in the file. */
  readonly isEncrypted: boolean;
}

/**
 * Accounts for the bytes of a file: each belongs to a recording, is padding, or is reported as damage. Kinds without
 * a structure to follow, such as frames in a row, reach to the end.
 */
export async function layOut(file: RecordingFile): Promise<Layout> {
  const cursor = createFileCursor(file);
  const parts: Part[] = [];
  let damage: string | undefined;
  for (let start = 0; start < file.size;) {
    const kind = recordingKind(await cursor.at(start, RECORDING_KIND_BYTES));
    if (parts.length === MOST_PARTS)
      return { parts, damage: `is made of more than ${MOST_PARTS} recordings` };
    const walked = await walkerOf(kind)(cursor, start);
    damage ??= walked.damage;
    const next = await nextStart(cursor, walked.end);
    // A part that ends where it begins would be found there again and again.
    const isFollowed = typeof next === 'number' && next > start;
    if (next === 'unknown') damage ??= 'goes on behind its end with bytes that are no recording';
    else if (next === start) damage ??= CUT;
    // The decoder also gets bytes that could not be accounted for, since it may find sound in them.
    const end = isFollowed ? next : file.size;
    parts.push({ start, end, kind, lack: walked.lack, isEncrypted: walked.isEncrypted === true });
    start = end;
  }
  return { parts, damage };
}

/** The most parts of a file: each is decoded by a process of its own. */
const MOST_PARTS = 1_000;

interface Walked {
  /** Where the structure ends, bytes: at most the file's own end. */
  readonly end: number;
  readonly damage?: string | undefined;
  readonly lack?: string | undefined;
  readonly isEncrypted?: boolean;
}

type Walker = (cursor: FileCursor, start: number) => Promise<Walked>;

const CUT = 'is cut off in the middle';

/** The flaw of a piece of a recording that is not the first one. */
export const LACKS_BEGINNING = 'lacks its beginning, without which the rest cannot be decoded';

function walkerOf(kind: RecordingKind | undefined): Walker {
  switch (kind) {
    case 'MP4':
      return walkMp4;
    case 'WebM or Matroska':
      return walkMatroska;
    case 'WAV':
    case 'AVI':
      return (cursor, start) => walkIff(cursor, start, 'little');
    case 'AIFF':
      return (cursor, start) => walkIff(cursor, start, 'big');
    case 'CAF':
      return walkCaf;
    case 'WMA':
      return walkAsf;
    case 'Ogg':
      return walkOgg;
    default:
      return (cursor) => Promise.resolve({ end: cursor.size });
  }
}

/** Where the next recording of the file begins, or what else is there. */
async function nextStart(cursor: FileCursor, end: number): Promise<number | 'nothing' | 'unknown'> {
  if (end >= cursor.size) return 'nothing';
  const rest = await cursor.at(end, RECORDING_KIND_BYTES);
  if (recordingKind(rest) !== undefined) return end;
  const isId3v1 = cursor.size - end === 128 && rest.toString('latin1', 0, 3) === 'TAG';
  return isId3v1 || rest.every((byte) => byte === 0) ? 'nothing' : 'unknown';
}

/** Boxes at the top level (ISO/IEC 14496-12). Fragments are numbered, so a missing one shows (section 8.8.5). */
async function walkMp4(cursor: FileCursor, start: number): Promise<Walked> {
  const seen = new Set<string>();
  let damage: string | undefined;
  let fragment: number | undefined;
  let isEncrypted = false;
  let at = start;
  while (at < cursor.size) {
    const head = await cursor.at(at, MP4_BOX_HEADER_BYTES + 8);
    const box = parseMp4Box(head, at, Number.POSITIVE_INFINITY);
    if (box === undefined || !/^[\x20-\x7e\xa9]{4}$/.test(box.type)) break;
    if (box.type === 'ftyp' && seen.has('moov') && seen.has('mdat')) break;
    if (box.type === 'moov' && seen.has('moov')) damage ??= 'has two indexes, of which one was read';
    if (box.type === 'moof' && head.length >= 24) {
      const number = head.readUInt32BE(20);
      if (fragment !== undefined && number > fragment + 1) damage ??= 'lacks fragments in the middle';
      fragment = number;
    }
    if (box.type === 'moov') isEncrypted ||= isProtected(await cursor.at(at, LOOKED_AT_BYTES));
    const isCut = Number.isFinite(box.end) && box.end > cursor.size;
    if (isCut) damage ??= CUT;
    if (!isCut || box.type !== 'moov') seen.add(box.type);
    at = Math.min(box.end, cursor.size);
  }
  return { end: at, damage, lack: seen.has('moov') ? undefined : lackOfMp4(seen), isEncrypted };
}

/** How much of an index is looked at: enough to see the sample entries of its tracks. */
const LOOKED_AT_BYTES = 65_536;

/** Whether sound is described as protected (ISO/IEC 14496-12, section 8.12, and `drms` of Apple's FairPlay). */
function isProtected(index: Buffer): boolean {
  return (
    index.includes('sinf', 0, 'latin1') &&
    ['enca', 'drms'].some((entry) => index.includes(entry, 0, 'latin1'))
  );
}

function lackOfMp4(seen: ReadonlySet<string>): string {
  return seen.has('moof') || !(seen.has('ftyp') || seen.has('mdat'))
    ? LACKS_BEGINNING
    : 'is cut off before its index, without which nothing of it can be decoded';
}

async function walkMatroska(cursor: FileCursor, start: number): Promise<Walked> {
  const seen = new Set<number>();
  let segmentEnd = Number.POSITIVE_INFINITY;
  let at = start;
  let damage: string | undefined;
  while (at < Math.min(cursor.size, segmentEnd)) {
    const element = parseEbmlElement(await cursor.at(at, EBML_HEADER_BYTES));
    if (element === undefined) {
      if (cursor.size - at < EBML_HEADER_BYTES)
        return { end: cursor.size, damage: CUT, lack: lackOfMatroska(seen) };
      break;
    }
    const { id, headerBytes, bodyBytes } = element;
    const isTop = id === ebmlIds.header || id === ebmlIds.segment;
    if (isTop && seen.has(id)) break;
    const isPlaced = seen.has(ebmlIds.segment)
      ? segmentElements.has(id) || (seen.has(ebmlIds.cluster) && clusterElements.has(id))
      : isTop || id === ebmlIds.void;
    if (!isPlaced) break;
    seen.add(id);
    const body = at + headerBytes;
    if (id === ebmlIds.segment) {
      segmentEnd = bodyBytes === undefined ? segmentEnd : body + bodyBytes;
      if (Number.isFinite(segmentEnd) && segmentEnd > cursor.size) damage ??= CUT;
      at = body;
    } else {
      // A cluster without a size is walked through block by block.
      at = body + (bodyBytes ?? 0);
      if (at > cursor.size) damage ??= CUT;
    }
  }
  return { end: Math.min(at, cursor.size), damage, lack: lackOfMatroska(seen) };
}

function lackOfMatroska(seen: ReadonlySet<number>): string | undefined {
  if (!seen.has(ebmlIds.tracks)) return 'is cut off before its first sound';
  return undefined;
}

/** Sizes from here on, and 0, are written where the size was not known. */
const UNKNOWN_IFF_SIZE_FROM = 0x7fff_0000;

/** One chunk that holds all others (EA IFF 85). Long AVI files have several, one after the other. */
async function walkIff(cursor: FileCursor, start: number, order: 'little' | 'big'): Promise<Walked> {
  let at = start;
  while (at < cursor.size) {
    const head = await cursor.at(at, 12);
    if (at > start && head.toString('latin1', 8, 12) !== 'AVIX') break;
    const size = order === 'little' ? head.readUInt32LE(4) : head.readUInt32BE(4);
    if (size === 0 || size >= UNKNOWN_IFF_SIZE_FROM) return { end: cursor.size };
    const end = at + 8 + size;
    if (end > cursor.size) return { end: cursor.size, damage: CUT };
    at = Math.min(cursor.size, end + (size % 2));
  }
  return { end: at };
}

/** Chunks in a row after eight bytes of header (Apple Core Audio Format). A size of -1 reaches to the end. */
async function walkCaf(cursor: FileCursor, start: number): Promise<Walked> {
  let at = start + 8;
  while (at < cursor.size) {
    const head = await cursor.at(at, 12);
    if (head.length < 12) return { end: cursor.size, damage: CUT };
    if (!/^[\x20-\x7e]{4}$/.test(head.toString('latin1', 0, 4)) || recordingKind(head) !== undefined) break;
    const size = Number(head.readBigInt64BE(4));
    if (size === -1) return { end: cursor.size };
    at += 12 + size;
    if (size < 0 || at > cursor.size) return { end: cursor.size, damage: CUT };
  }
  return { end: at };
}

/** Objects in a row, each with a GUID and a size (Advanced Systems Format, section 2.1). */
async function walkAsf(cursor: FileCursor, start: number): Promise<Walked> {
  let at = start;
  while (at < cursor.size) {
    const head = await cursor.at(at, 24);
    if (head.length < 24) return { end: cursor.size, damage: CUT };
    if (at > start && recordingKind(head) !== undefined) break;
    const size = Number(head.readBigUInt64LE(16));
    // In a stream, objects have no end.
    if (size < 24) return { end: cursor.size };
    at += size;
    if (at > cursor.size) return { end: cursor.size, damage: CUT };
  }
  return { end: at };
}

/**
 * Pages can be found wherever they are; only whether the first one begins a track is checked (RFC 3533, section 6).
 */
async function walkOgg(cursor: FileCursor, start: number): Promise<Walked> {
  const [flags = 0] = await cursor.at(start + 5, 1);
  return { end: cursor.size, lack: (flags & 2) === 0 ? LACKS_BEGINNING : undefined };
}
