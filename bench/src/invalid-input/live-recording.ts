import { withRightPages } from '../../../fuzz/dist/targets/right-checksums.js';

/** A recording as a recorder gives it out: what comes first, and then one part after the other. */
export interface LiveRecording {
  readonly head: Buffer;
  /** Elements of WebM, or pages of Ogg with one packet each, in their order. */
  readonly parts: readonly RecordingPart[];
}

/** A part of a recording, and the content in it. */
export interface RecordingPart {
  readonly bytes: Buffer;
  /** Where the content begins, which goes on to the end. */
  readonly contentAt: number;
  /** The same part with other content, whose length it states. */
  readonly holding: (content: Buffer) => Buffer;
}

/** Parts that a recording has at least, so that damage to one is followed by others. */
const LEAST_PARTS = 8;

/** Those of these recordings of WebM that hold a head and enough elements of clusters, and nothing cut off. */
export function liveWebm(recordings: readonly Buffer[]): readonly LiveRecording[] {
  return recordings
    .filter((webm) => webm.readUInt32BE(0) === EBML)
    .flatMap((webm) => enough(webmParts(webm)));
}

/** Those of these recordings in Ogg that have one stream whose packets are whole, and enough of them. */
export function liveOgg(recordings: readonly Buffer[]): readonly LiveRecording[] {
  return recordings.flatMap((ogg) => enough(oggParts(ogg)));
}

function enough(recording: LiveRecording | undefined): readonly LiveRecording[] {
  return recording !== undefined && recording.parts.length >= LEAST_PARTS ? [recording] : [];
}

/** Ids of elements (RFC 9559, section 5). */
const EBML = 0x1a45dfa3;
const CLUSTER = Buffer.from('1f43b675', 'hex');

function webmParts(webm: Buffer): LiveRecording | undefined {
  const first = webm.indexOf(CLUSTER);
  if (first < 0) return undefined;
  const parts: RecordingPart[] = [];
  for (let at = first; at < webm.length;) {
    const idBytes = vintBytes(webm[at]);
    const contentAt = idBytes + vintBytes(webm[at + idBytes]);
    const id = webm.subarray(at, at + idBytes);
    // What is in a cluster are parts of their own.
    const length = id.equals(CLUSTER) ? 0 : sizeIn(webm.subarray(at + idBytes, at + contentAt));
    const bytes = webm.subarray(at, at + contentAt + length);
    if (bytes.length < contentAt + length) return undefined;
    parts.push({ bytes, contentAt, holding: (content) => Buffer.concat([id, sizeOf(content), content]) });
    at += bytes.length;
  }
  return { head: webm.subarray(0, first), parts };
}

/** Bytes of a number of variable length (RFC 8794, section 4). */
function vintBytes(first = 0): number {
  return Math.clz32(first) - 23;
}

function sizeIn(vint: Buffer): number {
  return vint.reduce((size, byte) => size * 256 + byte, 0) - 2 ** (7 * vint.length);
}

function sizeOf({ length }: Buffer): Buffer {
  return Buffer.from([0x40 | ((length >> 8) & 0x3f), length & 0xff]);
}

/** RFC 3533, section 6. */
const PAGE_HEADER_BYTES = 27;
/** Pages of the heads and comments of all codecs. */
const HEAD_PAGES = 2;
const FULL_SEGMENT = 255;

function oggParts(ogg: Buffer): LiveRecording | undefined {
  const pages = pagesIn(ogg);
  const audio = pages.slice(HEAD_PAGES);
  // Another beginning would need another head.
  if (audio.length === 0 || audio.some((page) => ((page[5] ?? 0) & BEGINS) !== 0)) return undefined;
  const head = Buffer.concat(pages.slice(0, HEAD_PAGES));
  if (!withRightPages(head).equals(head)) return undefined;
  const parts = audio.flatMap((page) => packetsIn(page).map((packet) => ({ page, packet })));
  return {
    head,
    parts: parts.map(({ page, packet }, index) => {
      const holding = (content: Buffer): Buffer => pageWith(page, content, HEAD_PAGES + index);
      const bytes = holding(packet);
      return { bytes, contentAt: bytes.length - packet.length, holding };
    }),
  };
}

/** The flag of the first page of a stream. */
const BEGINS = 2;

function pagesIn(ogg: Buffer): readonly Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at + PAGE_HEADER_BYTES <= ogg.length;) {
    const lacings = lacingsOf(ogg.subarray(at));
    const end = at + PAGE_HEADER_BYTES + lacings.length + lacings.reduce((sum, lacing) => sum + lacing, 0);
    pages.push(ogg.subarray(at, end));
    at = end;
  }
  return pages;
}

function lacingsOf(page: Buffer): Buffer {
  return page.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + (page[PAGE_HEADER_BYTES - 1] ?? 0));
}

/** The packets that end in a page. */
function packetsIn(page: Buffer): readonly Buffer[] {
  const lacings = lacingsOf(page);
  const packets: Buffer[] = [];
  let start = PAGE_HEADER_BYTES + lacings.length;
  let end = start;
  for (const lacing of lacings) {
    end += lacing;
    if (lacing === FULL_SEGMENT) continue;
    packets.push(page.subarray(start, end));
    start = end;
  }
  return packets;
}

/** A page of the same stream that holds one packet, cut off where a page is full. */
function pageWith(page: Buffer, packet: Buffer, sequence: number): Buffer {
  const content = packet.subarray(0, FULL_SEGMENT * FULL_SEGMENT - 1);
  const full = Math.floor(content.length / FULL_SEGMENT);
  const lacings = Buffer.alloc(full + 1, FULL_SEGMENT);
  lacings[full] = content.length % FULL_SEGMENT;
  const header = Buffer.from(page.subarray(0, PAGE_HEADER_BYTES));
  header[5] = 0;
  header.writeUInt32LE(sequence, 18);
  header[PAGE_HEADER_BYTES - 1] = lacings.length;
  return withRightPages(Buffer.concat([header, lacings, content]));
}
