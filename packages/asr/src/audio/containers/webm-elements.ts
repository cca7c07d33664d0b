import type { RecordingInput } from './container.js';
import {
  clusterElements,
  EBML_HEADER_BYTES,
  type EbmlChild,
  type EbmlElement,
  ebmlIds,
  parseEbmlElement,
  segmentElements,
} from './ebml.js';

/** What was found at the end of the elements of a recording. */
export interface WebmEnd {
  /** Whether its last element is not whole. */
  readonly isCut: boolean;
  /** Places that hold something other than elements. */
  readonly gaps: number;
}

/**
 * Reads the elements of WebM and Matroska that tell of sound, one by one, up to the end of the segment or to the next recording:
 * `Info`, `Tracks`, `Timestamp`, `SimpleBlock` and `BlockGroup`. Clusters and the segment may be of unknown size.
 * After damage it goes on with the next cluster; of what is live, it reads nothing after that.
 */
export async function* readWebmElements(input: RecordingInput): AsyncGenerator<EbmlChild, WebmEnd> {
  const { bytes, isLive = false } = input;
  let segmentEnd: number | undefined;
  let gaps = 0;
  for (;;) {
    const at = bytes.position();
    if (segmentEnd !== undefined && at >= segmentEnd) return { isCut: false, gaps };
    const head = await bytes.peek(EBML_HEADER_BYTES);
    if (head.length === 0) return { isCut: Number.isFinite(segmentEnd), gaps };
    const element = parseEbmlElement(head);
    if (element === undefined && head.length < EBML_HEADER_BYTES) {
      await bytes.skip(head.length);
      return { isCut: true, gaps };
    }
    if (element?.id === ebmlIds.header && segmentEnd !== undefined) return { isCut: false, gaps };
    if (element?.id === ebmlIds.segment && segmentEnd === undefined) {
      await bytes.skip(element.headerBytes);
      segmentEnd = at + element.headerBytes + (element.bodyBytes ?? Number.POSITIVE_INFINITY);
      continue;
    }
    const use = element && useOf(element, segmentEnd !== undefined, isLive);
    if (element === undefined || use === undefined) {
      gaps += 1;
      if (isLive || !(await skipToCluster(input))) return { isCut: false, gaps };
      continue;
    }
    const { id, headerBytes, bodyBytes = 0 } = element;
    await bytes.skip(headerBytes);
    if (use === 'open') continue;
    if (use === 'skip') {
      if ((await bytes.skip(bodyBytes)) < bodyBytes) return { isCut: true, gaps };
      continue;
    }
    const body = Buffer.from(await bytes.read(bodyBytes));
    if (body.length < bodyBytes) return { isCut: true, gaps };
    yield { id, body };
  }
}

/** The largest element that is kept: a packet or a list of tracks takes kilobytes. Pictures may be larger. */
const MOST_BYTES = 1024 ** 2;

const READ: ReadonlySet<number> = new Set([
  ebmlIds.info,
  ebmlIds.tracks,
  ebmlIds.timestamp,
  ebmlIds.simpleBlock,
  ebmlIds.blockGroup,
]);

/** What is done with an element; undefined if it does not belong here, or is larger than anybody writes it. */
function useOf(
  { id, bodyBytes }: EbmlElement,
  isInSegment: boolean,
  isLive: boolean,
): 'open' | 'read' | 'skip' | undefined {
  if (!isInSegment) return isFitting(bodyBytes) && BEFORE_SEGMENT.has(id) ? 'skip' : undefined;
  if (id === ebmlIds.cluster) return 'open';
  if (!segmentElements.has(id) && !clusterElements.has(id)) return undefined;
  if (bodyBytes === undefined) return undefined;
  if (READ.has(id) && isFitting(bodyBytes)) return 'read';
  return isLive && !isFitting(bodyBytes) ? undefined : 'skip';
}

const BEFORE_SEGMENT: ReadonlySet<number> = new Set([ebmlIds.header, ebmlIds.void, ebmlIds.crc32]);

function isFitting(bytes: number | undefined): boolean {
  return bytes !== undefined && bytes <= MOST_BYTES;
}

const CLUSTER = Buffer.from(ebmlIds.cluster.toString(16), 'hex');
const SEARCHED_BYTES = 65_536;

/** Skips at least a byte, to the next cluster; false if there is none, and then everything is skipped. */
async function skipToCluster({ bytes }: RecordingInput): Promise<boolean> {
  await bytes.skip(1);
  for (;;) {
    const seen = await bytes.peek(SEARCHED_BYTES);
    const found = Buffer.from(seen.buffer, seen.byteOffset, seen.byteLength).indexOf(CLUSTER);
    if (found >= 0) {
      await bytes.skip(found);
      return true;
    }
    const isLast = seen.length < SEARCHED_BYTES;
    await bytes.skip(isLast ? seen.length : seen.length - CLUSTER.length + 1);
    if (isLast) return false;
  }
}
