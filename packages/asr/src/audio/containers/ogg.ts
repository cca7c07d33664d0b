import type { ByteSource } from '../byte-source.js';
import type { RecordingInput } from './container.js';
import { gather } from './file-cursor.js';
import { createSearchCredit } from './search-credit.js';

/** A page of Ogg (RFC 3533, section 6). */
export interface OggPage {
  /** The whole page, with its header. */
  readonly bytes: Buffer;
  /** The content without the header. */
  readonly body: Buffer;
  /** Samples up to the page's end as the codec counts them; -1 if no packet ends in the page. */
  readonly position: number;
  /** The track that it belongs to. */
  readonly serialNumber: number;
  /** Counts the pages of a track. */
  readonly sequenceNumber: number;
  /** Whether it is the first of its track. */
  readonly isFirst: boolean;
  /** Whether its checksum is right. */
  readonly isIntact: boolean;
}

/** What the first and the last page of an Ogg recording show without decoding. */
export interface OggSummary {
  /** The first packet: the codec's identification. */
  readonly identification: Buffer;
  /**
   * The codec's sample count from the beginning to the end; undefined for a stream, or if the end belongs to another track.
   */
  readonly samples: number | undefined;
}

/** Looks at both ends of a recording without consuming any of it. */
export async function summariseOgg({ bytes, file }: RecordingInput): Promise<OggSummary> {
  const head = Buffer.from(await bytes.peek(LARGEST_PAGE_BYTES));
  const first = parsePage(head);
  const identification = first?.body ?? Buffer.alloc(0);
  if (file === undefined || first === undefined) return { identification, samples: undefined };

  const tail = await gather(file.read(Math.max(0, file.size - LARGEST_PAGE_BYTES), file.size));
  const last = parsePage(tail.subarray(Math.max(0, tail.lastIndexOf(CAPTURE_PATTERN))));
  if (last?.serialNumber !== first.serialNumber || last.position < 0)
    return { identification, samples: undefined };
  return { identification, samples: last.position - beginningOf(head, last.position) };
}

/** What was found at the end of the pages of a recording. */
export interface OggEnd {
  /** Whether the last page is not whole. */
  readonly isCut: boolean;
  /** Places that hold something other than a page, or a damaged page. */
  readonly gaps: number;
}

/** Reads the pages one by one. A page that is cut off is left out: decoders make seconds of nonsense from it. */
export async function* readOggPages(bytes: ByteSource): AsyncGenerator<OggPage, OggEnd> {
  let gaps = 0;
  let isInGap = false;
  const credit = createSearchCredit();
  for (;;) {
    const head = asBuffer(await bytes.peek(LARGEST_PAGE_BYTES));
    if (head.length === 0) return { isCut: false, gaps };
    const start = head.indexOf(CAPTURE_PATTERN);
    if (start !== 0) {
      if (!isInGap && !isPadding(head)) gaps += 1;
      isInGap = true;
      // A capture pattern may begin at the very end.
      await bytes.skip(start < 0 ? Math.max(1, head.length - CAPTURE_PATTERN.length + 1) : start);
      continue;
    }
    isInGap = false;
    if (!credit.allows(head.length, bytes.position())) {
      gaps += 1;
      await bytes.skip(CAPTURE_PATTERN.length);
      continue;
    }
    const page = parsePage(head);
    if (page?.isIntact === true) {
      await bytes.skip(page.bytes.length);
      yield page;
      continue;
    }
    credit.spend(page?.bytes.length ?? 0);
    const next = (page?.bytes ?? head).indexOf(CAPTURE_PATTERN, CAPTURE_PATTERN.length);
    if (page === undefined && next < 0) {
      await bytes.skip(Number.POSITIVE_INFINITY);
      return { isCut: true, gaps };
    }
    gaps += 1;
    if (page === undefined || next >= 0) {
      // This page was cut, and another one follows.
      await bytes.skip(next);
    } else {
      await bytes.skip(page.bytes.length);
      yield page;
    }
  }
}

/** The bytes as a buffer, without a copy: pages may be much smaller than the bytes that are looked at. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

const CAPTURE_PATTERN = 'OggS';

/** Bytes of a page before the lengths of its segments. */
export const HEADER_BYTES = 27;

/** Bytes of the largest page. */
const LARGEST_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;

/** The page at the beginning of these bytes; undefined if it is not whole. */
export function parsePage(bytes: Buffer): OggPage | undefined {
  const headerBytes = HEADER_BYTES + (bytes[HEADER_BYTES - 1] ?? 0);
  if (bytes.length < headerBytes) return undefined;
  const bodyBytes = bytes.subarray(HEADER_BYTES, headerBytes).reduce((sum, lacing) => sum + lacing, 0);
  if (bytes.length < headerBytes + bodyBytes) return undefined;
  const page = bytes.subarray(0, headerBytes + bodyBytes);
  return {
    bytes: page,
    body: page.subarray(headerBytes),
    position: Number(page.readBigInt64LE(6)),
    serialNumber: page.readUInt32LE(14),
    sequenceNumber: page.readUInt32LE(18),
    isFirst: ((page[5] ?? 0) & 2) !== 0,
    isIntact: checksumOf(page) === page.readUInt32LE(CHECKSUM_AT),
  };
}

const CHECKSUM_AT = 22;

/** CRC-32 with the polynomial 04c11db7, neither reflected nor inverted, of the page with its checksum set to 0. */
function checksumOf(page: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < page.length; at++) {
    const byte = at >= CHECKSUM_AT && at < CHECKSUM_AT + 4 ? 0 : (page[at] ?? 0);
    sum = ((sum << 8) ^ (checksumTable[(sum >>> 24) ^ byte] ?? 0)) >>> 0;
  }
  return sum;
}

const checksumTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value >>> 0;
});

/**
 * About where the codec's count is at the first sound: in a stream that was joined late, it has been running for a
 * while.
 */
function beginningOf(head: Buffer, last: number): number {
  for (let at = 0; at < head.length;) {
    const page = parsePage(head.subarray(at));
    if (page === undefined) break;
    if (page.position > 0) return page.position < last / 2 ? 0 : page.position;
    at += page.bytes.length;
  }
  return 0;
}

function isPadding(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
