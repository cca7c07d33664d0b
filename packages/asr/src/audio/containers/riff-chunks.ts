import type { RecordingFile } from './recording-file.js';
import { gather } from './file-cursor.js';

/** Whether these bytes begin a WAVE file: RIFF, or one of its variants for long files (EBU Tech 3306). */
export function isWaveHeader(bytes: Buffer): boolean {
  return RIFF_NAMES.has(bytes.toString('latin1', 0, 4)) && bytes.toString('latin1', 8, 12) === 'WAVE';
}

/** Where a WAVE file begins among these bytes; -1 if none does. */
export function indexOfWaveHeader(bytes: Buffer): number {
  for (let at = bytes.indexOf('WAVE', 8, 'latin1'); at >= 0; at = bytes.indexOf('WAVE', at + 1, 'latin1')) {
    if (isWaveHeader(bytes.subarray(at - 8))) return at - 8;
  }
  return -1;
}

const RIFF_NAMES: ReadonlySet<string> = new Set(['RIFF', 'RF64', 'BW64']);

/** Whether these bytes begin a chunk of a kind that writers put beside the samples. */
export function isKnownChunk(bytes: Buffer): boolean {
  return bytes.length >= 8 && CHUNK_NAMES.has(bytes.toString('latin1', 0, 4));
}

/** Names of chunks from the registries of Microsoft, the EBU, Apple and the makers of common programs, without `data`. */
const CHUNK_NAMES: ReadonlySet<string> = new Set([
  ...['LIST', 'list', 'fact', 'cue ', 'plst', 'smpl', 'inst', 'acid', 'DISP', 'strc', 'cart', 'wavl', 'slnt'],
  ...['bext', 'iXML', 'axml', 'chna', 'umid', 'minf', 'elm1', 'regn', 'ovwf', 'DGDA', 'levl', 'link', 'ds64'],
  ...['JUNK', 'junk', 'PAD ', 'pad ', 'FLLR', 'PEAK', 'afsp', 'id3 ', 'ID3 ', '_PMX', 'XMP ', 'SAUR', 'logk'],
  ...[
    'IDIT',
    'note',
    'ltxt',
    'labl',
    'adtl',
    'SNDM',
    'LGWV',
    'tlst',
    'clm ',
    'muma',
    'mext',
    'qlty',
    'hash',
    'olym',
  ],
]);

/**
 * Where the chunks after the samples of a WAVE file begin, bytes; the file's end if there are none. They are
 * recognised by their sizes, which lead from one to the next and to the very end of the file.
 */
export async function findTail(file: RecordingFile): Promise<number> {
  const start = Math.max(0, file.size - LARGEST_TAIL_BYTES);
  const bytes = await gather(file.read(start, file.size));
  const isId3v1 =
    bytes.length >= 128 && bytes.toString('latin1', bytes.length - 128, bytes.length - 125) === 'TAG';
  return start + findTailIn(bytes, bytes.length - (isId3v1 ? 128 : 0));
}

/** Where the chunks that lead to `end` begin; `end` if there are none. */
export function findTailIn(bytes: Buffer, end: number): number {
  // Writers forget the byte that pads an odd chunk.
  const ends = new Set([end, end + 1]);
  let tail = end;
  for (let at = end - 8; at >= 0; at--) {
    const size = bytes.readUInt32LE(at + 4);
    if (!ends.has(at + 8 + size + (size % 2)) || !isChunkName(bytes, at)) continue;
    ends.add(at);
    tail = at;
  }
  return tail;
}

/** Texts about performers are short, but their pictures may be as large as this. */
const LARGEST_TAIL_BYTES = 1024 ** 2;

/** Chunks that hold samples, and so are no tail. */
const NO_TAIL: ReadonlySet<string> = new Set([...RIFF_NAMES, 'data', 'fmt ']);

function isChunkName(bytes: Buffer, at: number): boolean {
  const name = bytes.toString('latin1', at, at + 4);
  return /^[\w -]{4}$/.test(name) && !NO_TAIL.has(name);
}
