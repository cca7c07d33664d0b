import type { RecordingInput } from './container.js';

/** What can be read at any place. */
type RecordingFile = NonNullable<RecordingInput['file']>;

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

interface Box {
  readonly type: string;
  readonly start: number;
  readonly headerBytes: number;
  readonly end: number;
}

async function topLevelBoxes(file: RecordingFile): Promise<Box[]> {
  const boxes: Box[] = [];
  for (let at = 0; at < file.size && boxes.length < MOST_BOXES;) {
    const head = await gather(file.read(at, Math.min(file.size, at + 16)));
    const box = parseBox(head, at, file.size);
    if (box === undefined || (boxes.length === 0 && box.type !== 'ftyp')) return [];
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

/** The box that `head` begins; undefined where the bytes make none. A size of 0 reaches to the end. */
function parseBox(head: Buffer, start: number, limit: number): Box | undefined {
  if (head.length < 8) return undefined;
  const short = head.readUInt32BE(0);
  if (short === 1 && head.length < 16) return undefined;
  const headerBytes = short === 1 ? 16 : 8;
  const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? limit - start : short;
  if (size < headerBytes || start + size > limit) return undefined;
  return { type: head.toString('latin1', 4, 8), start, headerBytes, end: start + size };
}

/** Boxes on the way from the index to its tables of chunk offsets. */
const CONTAINERS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

/** Corrects the offsets of chunks that lie between `from` and the index, which is put before them. */
function moveChunkOffsets(moov: Buffer, from: number, index: Box): void {
  const shift = index.end - index.start;
  const isMoved = (offset: number): boolean => offset >= from && offset < index.start;
  const walk = (start: number, end: number): void => {
    for (let at = start; at < end;) {
      const box = parseBox(moov.subarray(at, Math.min(end, at + 16)), at, end);
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

async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const gathered: Uint8Array[] = [];
  for await (const piece of pieces) gathered.push(piece);
  return Buffer.concat(gathered);
}
