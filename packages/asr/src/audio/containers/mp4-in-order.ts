import type { RecordingFile } from './recording-file.js';
import type { FfmpegInput } from './ffmpeg-job.js';
import { createFileCursor, gather } from './file-cursor.js';
import { MP4_BOX_HEADER_BYTES, type Mp4Box, parseMp4Box } from './mp4-box.js';

/** The bytes of a recording as they are written into a pipe: as they are, or in another order for an MP4 file. */
export async function bytesInOrder(
  input: Exclude<FfmpegInput, { readonly type: 'path' }>,
): Promise<AsyncIterable<Uint8Array>> {
  if (input.type === 'stream') return input.bytes();
  const { file } = input;
  return (await mp4InOrder(file).catch(() => undefined)) ?? file.read(0, file.size);
}

/**
 * The bytes of an MP4 or QuickTime file with its index moved before its samples, so that it can be decoded through
 * a pipe (ISO/IEC 14496-12, sections 4.2 and 8.7.5). Recorders write the index last, when they know it. Undefined for
 * files of another kind, for files in this order already, and for indexes that no recorder would write. Holds a few
 * KiB in memory.
 */
async function mp4InOrder(file: RecordingFile): Promise<AsyncIterable<Uint8Array> | undefined> {
  const boxes = await topLevelBoxes(file);
  const samples = boxes.find(({ type }) => type === 'mdat');
  const index = boxes.find(({ type }) => type === 'moov');
  if (samples === undefined || index === undefined || index.start < samples.start) return undefined;
  if (index.end - index.start > LARGEST_INDEX_BYTES || file.size > LARGEST_OFFSET) return undefined;

  const tables = await findOffsetTables(file, index);
  return (async function* () {
    yield* file.read(0, samples.start);
    yield* movedIndex(file, index, tables, samples.start);
    yield* file.read(samples.start, index.start);
    yield* file.read(index.end, file.size);
  })();
}

/** An index takes a few bytes for each entry of its sample tables: one this large would be for days of audio. */
const LARGEST_INDEX_BYTES = 64 * 1024 ** 2;

/** Moved offsets must still fit into 32 bits. */
const LARGEST_OFFSET = 2 ** 32 - LARGEST_INDEX_BYTES - 1;

/** A file that is no stream of fragments has few boxes; one with more is not worth walking through. */
const MOST_BOXES = 64;

/** Boxes that such a file begins with; old QuickTime files do not name their type. */
const FIRST_BOXES: ReadonlySet<string> = new Set(['ftyp', 'mdat', 'wide', 'free', 'skip']);

async function topLevelBoxes(file: RecordingFile): Promise<Mp4Box[]> {
  const cursor = createFileCursor(file);
  const boxes: Mp4Box[] = [];
  for (let at = 0; at < file.size && boxes.length < MOST_BOXES;) {
    const head = await cursor.at(at, MP4_BOX_HEADER_BYTES);
    const box = parseMp4Box(head, at, file.size);
    // Bytes after the last box do not belong to the file.
    if (box === undefined) return boxes;
    if (boxes.length === 0 && !FIRST_BOXES.has(box.type)) return [];
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

/** A table of chunk offsets: where its entries are in the file, and how many bytes each takes. */
interface OffsetTable {
  readonly start: number;
  readonly end: number;
  readonly entryBytes: 4 | 8;
}

/** Boxes on the way from the index to its tables of chunk offsets. */
const CONTAINERS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

/** How deeply these boxes are nested. */
const DEEPEST = 5;

/** Bytes before the entries of a table: version and flags, and the number of entries. */
const TABLE_HEADER_BYTES = 8;

/** The tables of chunk offsets of an index, in the order of the file. */
async function findOffsetTables(file: RecordingFile, index: Mp4Box): Promise<readonly OffsetTable[]> {
  const cursor = createFileCursor(file);
  const tables: OffsetTable[] = [];
  const walk = async (start: number, end: number, depth: number): Promise<void> => {
    for (let at = start; at < end;) {
      const head = await cursor.at(at, Math.min(end - at, MP4_BOX_HEADER_BYTES));
      const box = parseMp4Box(head, at, end);
      if (box === undefined) return;
      const body = at + box.headerBytes;
      if (CONTAINERS.has(box.type) && depth < DEEPEST) await walk(body, box.end, depth + 1);
      if (box.type === 'stco') tables.push({ start: body + TABLE_HEADER_BYTES, end: box.end, entryBytes: 4 });
      if (box.type === 'co64') tables.push({ start: body + TABLE_HEADER_BYTES, end: box.end, entryBytes: 8 });
      at = box.end;
    }
  };
  await walk(index.start, index.end, 0);
  return tables.filter(({ start, end, entryBytes }) => end - start >= entryBytes);
}

/**
 * The index, which is moved before the chunks that lie between `from` and the index, with the offsets of these
 * corrected.
 */
async function* movedIndex(
  file: RecordingFile,
  index: Mp4Box,
  tables: readonly OffsetTable[],
  from: number,
): AsyncGenerator<Uint8Array, void> {
  const shift = index.end - index.start;
  const isMoved = (offset: number): boolean => offset >= from && offset < index.start;
  let written = index.start;
  for (const { start, end, entryBytes } of tables) {
    yield* file.read(written, start);
    const stop = end - ((end - start) % entryBytes);
    for (let at = start; at < stop; at += WINDOW_BYTES) {
      const entries = await gather(file.read(at, Math.min(stop, at + WINDOW_BYTES)));
      if (entryBytes === 4) moveShortOffsets(entries, isMoved, shift);
      else moveLongOffsets(entries, isMoved, shift);
      yield entries;
    }
    written = stop;
  }
  yield* file.read(written, index.end);
}

/** Bytes of a table that are corrected at a time: whole entries. */
const WINDOW_BYTES = 32_768;

function moveShortOffsets(table: Buffer, isMoved: (offset: number) => boolean, shift: number): void {
  for (let at = 0; at + 4 <= table.length; at += 4) {
    const offset = table.readUInt32BE(at);
    if (isMoved(offset)) table.writeUInt32BE(offset + shift, at);
  }
}

function moveLongOffsets(table: Buffer, isMoved: (offset: number) => boolean, shift: number): void {
  for (let at = 0; at + 8 <= table.length; at += 8) {
    const offset = Number(table.readBigUInt64BE(at));
    if (isMoved(offset)) table.writeBigUInt64BE(BigInt(offset + shift), at);
  }
}
