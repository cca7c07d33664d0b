import type { ByteSource } from '../byte-source.js';
import type { RecordingInput } from './container.js';

/** What the first and the last page of an Ogg recording tell without decoding it. */
export interface OggSummary {
  /** The first packet: the codec's identification. */
  readonly identification: Buffer;
  /** The codec's sample count at the end; undefined for a stream, or where the end belongs to another track. */
  readonly lastPosition: number | undefined;
}

/** Looks at both ends of a recording (RFC 3533, section 6), taking nothing of it. */
export async function summariseOgg({ bytes, file }: RecordingInput): Promise<OggSummary> {
  const head = Buffer.from(await bytes.peek(LARGEST_PAGE_BYTES));
  const first = parsePage(head);
  const identification = head.subarray(first.headerBytes, first.bytes);
  if (file === undefined) return { identification, lastPosition: undefined };

  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(Math.max(0, file.size - LARGEST_PAGE_BYTES), file.size))
    pieces.push(piece);
  const tail = Buffer.concat(pieces);
  const lastStart = tail.lastIndexOf(CAPTURE_PATTERN);
  if (lastStart < 0) return { identification, lastPosition: undefined };
  const last = parsePage(tail.subarray(lastStart));
  const sameTrack = last.serialNumber === first.serialNumber && last.position >= 0;
  return { identification, lastPosition: sameTrack ? last.position : undefined };
}

/** How the pages of a recording came out. */
export interface OggEnd {
  /** The last page is not whole. */
  readonly cut: boolean;
  /** Places where something stood that is no page. */
  readonly gaps: number;
}

/** Takes the whole pages one by one. Half of one is left out: decoders make seconds of nonsense from it. */
export async function* readOggPages(bytes: ByteSource): AsyncGenerator<Uint8Array, OggEnd> {
  let gaps = 0;
  for (;;) {
    const head = Buffer.from(await bytes.peek(LARGEST_PAGE_BYTES));
    if (head.length === 0) return { cut: false, gaps };
    const start = head.indexOf(CAPTURE_PATTERN);
    if (start !== 0) {
      gaps += 1;
      await bytes.skip(start < 0 ? head.length : start);
      continue;
    }
    const page = parsePage(head);
    if (page.bytes > head.length) return { cut: true, gaps };
    yield await bytes.read(page.bytes);
  }
}

const CAPTURE_PATTERN = 'OggS';

const HEADER_BYTES = 27;

const LARGEST_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;

interface Page {
  /** Samples up to the page's end as the codec counts them; -1 when no packet ends in the page. */
  readonly position: number;
  readonly serialNumber: number;
  readonly headerBytes: number;
  /** Of header and body; infinite when not even the header is there. */
  readonly bytes: number;
}

function parsePage(page: Buffer): Page {
  const headerBytes = HEADER_BYTES + (page[HEADER_BYTES - 1] ?? 0);
  if (page.length < headerBytes) {
    return { position: -1, serialNumber: -1, headerBytes, bytes: Number.POSITIVE_INFINITY };
  }
  const bodyBytes = page.subarray(HEADER_BYTES, headerBytes).reduce((sum, lacing) => sum + lacing, 0);
  return {
    position: Number(page.readBigInt64LE(6)),
    serialNumber: page.readUInt32LE(14),
    headerBytes,
    bytes: headerBytes + bodyBytes,
  };
}
