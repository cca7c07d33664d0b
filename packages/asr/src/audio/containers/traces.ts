import type { RecordingFile } from './recording-file.js';
import { ebmlIds } from './ebml.js';
import { gather } from './file-cursor.js';
import type { RecordingKind } from './recording-kind.js';

/**
 * The kind of a recording that lacks its beginning, as the bytes between its samples show it; undefined if nothing shows it.
 * Looks at both ends.
 */
export async function tracesOf(file: RecordingFile): Promise<RecordingKind | undefined> {
  const head = await gather(file.read(0, Math.min(file.size, LOOKED_AT_BYTES)));
  const tail = await gather(file.read(Math.max(0, file.size - LOOKED_AT_BYTES), file.size));
  return [head, tail].map(traceIn).find((kind) => kind !== undefined);
}

/** Clusters of WebM come every few seconds or more often, pages of Ogg every second. */
const LOOKED_AT_BYTES = 1024 ** 2;

function traceIn(bytes: Buffer): RecordingKind | undefined {
  if (hasCluster(bytes)) return 'WebM or Matroska';
  if (bytes.includes('OggS\0', 0, 'latin1')) return 'Ogg';
  if (hasBoxWithBox(bytes, 'moof', 'mfhd') || hasBoxWithBox(bytes, 'moov', 'mvhd')) return 'MP4';
  return undefined;
}

const CLUSTER = Buffer.from(ebmlIds.cluster.toString(16), 'hex');

/** A cluster that begins with its time, as all do, after its id and a size of one to eight bytes. */
function hasCluster(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(CLUSTER); at >= 0; at = bytes.indexOf(CLUSTER, at + 1)) {
    const sizeBytes = Math.clz32(bytes[at + CLUSTER.length] ?? 0) - 23;
    if (bytes[at + CLUSTER.length + sizeBytes] === ebmlIds.timestamp) return true;
  }
  return false;
}

function hasBoxWithBox(bytes: Buffer, outer: string, inner: string): boolean {
  const at = bytes.indexOf(inner, 0, 'latin1');
  return at >= 8 && bytes.toString('latin1', at - 8, at - 4) === outer;
}
