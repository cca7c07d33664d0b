import type { RecordingFile } from './container.js';
import { createFileCursor, gather } from './file-cursor.js';
import { MP4_BOX_HEADER_BYTES, type Mp4Box, parseMp4Box } from './mp4-box.js';

/**
 * The bytes of an MP4 or QuickTime file with its index moved before its samples, so that it can be decoded through
 * a pipe (ISO/IEC 14496-12, sections 4.2 and 8.7.5). Recorders write the index last, when they know it. Undefined
 * for files of another kind, those that are in this order already, and indexes too large to be held.
 */
export async function mp4InOrder(file: RecordingFile): Promise<AsyncIterable<Uint8Array> | undefined> {
  const boxes = await topLevelBoxes(file);
  const samples = boxes.find(({ type }) => type === 'mdat');
  const index = boxes.find(({ type }) => type === 'moov');
  if (samples === undefined || index === undefined || index.start < samples.start) return undefined;
  if (index.end - index.start > LARGEST_INDEX_BYTES || file.size > LARGEST_OFFSET) return undefined;

  const moved = await gather(file.read(index.start, index.end));
  moveChunkOffsets(moved, samples.start, index);
  return (async function* () {
    yield* file.read(0, samples.start);
    yield moved;
    yield* file.read(samples.start, index.start);
    yield* file.read(index.end, file.size);
  })();
}

/** An index takes some bytes a sample table entry: this one would be for days of audio. */
const LARGEST_INDEX_BYTES = 64 * 1024 ** 2;

/** Moved offsets must still fit into 32 bits. */
const LARGEST_OFFSET = 2 ** 32 - LARGEST_INDEX_BYTES - 1;

/** Boxes of a file that is no stream of fragments are few; what has more is not worth the walk. */
const MOST_BOXES = 64;

/** What a file of this kind begins with; QuickTime of old has no name for itself. */
const FIRST_BOXES: ReadonlySet<string> = new Set(['ftyp', 'mdat', 'wide', 'free', 'skip']);

async function topLevelBoxes(file: RecordingFile): Promise<Mp4Box[]> {
  const cursor = createFileCursor(file);
  const boxes: Mp4Box[] = [];
  for (let at = 0; at < file.size && boxes.length < MOST_BOXES;) {
    const head = await cursor.at(at, MP4_BOX_HEADER_BYTES);
    const box = parseMp4Box(head, at, file.size);
    // What stands behind the last box is none of the file's.
    if (box === undefined) return boxes;
    if (boxes.length === 0 && !FIRST_BOXES.has(box.type)) return [];
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

/** Boxes on the way from the index to its tables of chunk offsets. */
const CONTAINERS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

/** Corrects the offsets of chunks that lie between `from` and the index, which is put before them. */
function moveChunkOffsets(moov: Buffer, from: number, index: Mp4Box): void {
  const shift = index.end - index.start;
  const isMoved = (offset: number): boolean => offset >= from && offset < index.start;
  const walk = (start: number, end: number): void => {
    for (let at = start; at < end;) {
      const box = parseMp4Box(moov.subarray(at, Math.min(end, at + MP4_BOX_HEADER_BYTES)), at, end);
      if (box === undefined) return;
      const body = moov.subarray(at + box.headerBytes, box.end);
      if (CONTAINERS.has(box.type)) walk(at + box.headerBytes, box.end);
      if (box.type === 'stco') moveShortOffsets(body, isMoved, shift);
      if (box.type === 'co64') moveLongOffsets(body, isMoved, shift);
      at = box.end;
    }
  };
  walk(0, moov.length);
}

/** Version and flags, the number of entries, then the entries. */
const TABLE_HEADER_BYTES = 8;

function moveShortOffsets(table: Buffer, isMoved: (offset: number) => boolean, shift: number): void {
  for (let at = TABLE_HEADER_BYTES; at + 4 <= table.length; at += 4) {
    const offset = table.readUInt32BE(at);
    if (isMoved(offset)) table.writeUInt32BE(offset + shift, at);
  }
}

function moveLongOffsets(table: Buffer, isMoved: (offset: number) => boolean, shift: number): void {
  for (let at = TABLE_HEADER_BYTES; at + 8 <= table.length; at += 8) {
    const offset = Number(table.readBigUInt64BE(at));
    if (isMoved(offset)) table.writeBigUInt64BE(BigInt(offset + shift), at);
  }
}
