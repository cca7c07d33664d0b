import type { ByteSource } from '../byte-source.js';
import { createSearchCredit, type SearchCredit } from './search-credit.js';

/** A frame of FLAC (RFC 9639, section 9). */
export interface FlacFrame {
  /** The whole frame, with its checksums, which are right. */
  readonly bytes: Uint8Array;
  /** The number of its first sample in the recording. */
  readonly position: number;
  /** Length of its header without the checksum. */
  readonly headerBytes: number;
  /** Whether it states its sample rate rather than leaving that to STREAMINFO. */
  readonly isRateTold: boolean;
}

/** What was found at the end of a stream of frames. */
export interface FlacEnd {
  /** Whether the last frame is not whole. */
  readonly isCut: boolean;
  /** Places that hold something other than a frame, or a damaged frame. */
  readonly gaps: number;
}

/**
 * Reads the frames of a native stream one by one, each with right checksums, up to bytes that by `isEnd` do not belong to the
 * stream. After damage it looks for the next frame.
 */
export async function* readFlacFrames(
  bytes: ByteSource,
  isEnd: (head: Uint8Array) => boolean,
  { isLive = false } = {},
): AsyncGenerator<FlacFrame, FlacEnd> {
  let gaps = 0;
  let blockSize = 0;
  const credit = createSearchCredit();
  for (;;) {
    const head = await bytes.look(isLive ? HEADER_BYTES : LOOK_AHEAD_BYTES, LOOK_AHEAD_BYTES);
    if (head.length === 0) return { isCut: false, gaps };
    const header = parseFrameHeader(head, 0);
    if (header === undefined && isEnd(head)) return { isCut: false, gaps };
    const length = header && (await frameLength({ bytes, isEnd, credit, isLive }, header));
    if (header !== undefined && length !== undefined) {
      // If all blocks have one size, frames are counted instead of samples, and the last may be shorter.
      blockSize = Math.max(blockSize, header.blockSize);
      const position = header.isSampleNumber ? header.number : header.number * blockSize;
      const { headerBytes, isRateTold } = header;
      yield { bytes: await bytes.read(length), position, headerBytes, isRateTold };
      continue;
    }
    gaps += 1;
    if (isLive) return { isCut: header !== undefined, gaps };
    if (!(await skipToFrame(bytes, isEnd))) return { isCut: header !== undefined, gaps };
  }
}

/**
 * Spells out in a frame what it leaves to STREAMINFO (section 9.1), which the decoder has not seen: the bits per
 * sample that STREAMINFO gives, and any sample rate. Sizes that no frame can state are left out.
 */
export function spellOutFormat(
  { bytes, headerBytes, isRateTold }: FlacFrame,
  sampleBits: number,
): Uint8Array {
  const [sizes = 0, channels = 0] = bytes.subarray(2, 4);
  const isSizeTold = (channels & SIZE_BITS) !== 0;
  if (isRateTold && isSizeTold) return bytes;
  const told = Uint8Array.from(bytes);
  if (!isRateTold) told[2] = sizes | RATE_16K;
  if (!isSizeTold) told[3] = channels | ((SIZE_CODES.get(sampleBits) ?? 0) << 1);
  told[headerBytes] = checksum8(told, 0, headerBytes);
  let sum = 0;
  for (const byte of told.subarray(0, -2)) sum = ((sum << 8) & 0xffff) ^ (table16[(sum >> 8) ^ byte] ?? 0);
  told.set([sum >> 8, sum & 0xff], told.length - 2);
  return told;
}

const SIZE_BITS = 0b1110;
const RATE_16K = 5;

/** The codes of sample sizes, by bits per sample (section 9.1.4). */
const SIZE_CODES: ReadonlyMap<number, number> = new Map([
  [8, 1],
  [12, 2],
  [16, 4],
  [20, 5],
  [24, 6],
  [32, 7],
]);

/** Bytes that are searched for the next frame, and at first for the end of a frame. */
const LOOK_AHEAD_BYTES = 32_768;

/** The longest header: two bytes of sync, two of codes, seven of number, two each of block size and rate, checksum. */
const HEADER_BYTES = 16;

interface FrameHeader {
  readonly number: number;
  /** Whether the number counts samples and not frames. */
  readonly isSampleNumber: boolean;
  readonly blockSize: number;
  readonly headerBytes: number;
  readonly isRateTold: boolean;
  /** The length of the frame uncompressed, which no encoder exceeds by much. */
  readonly mostBytes: number;
}

/** The header at `at`, with its checksum; undefined if there is none (section 9.1). */
function parseFrameHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const [sync0 = 0, sync1 = 0, sizes = 0, channels = 0] = bytes.subarray(at, at + 4);
  if (sync0 !== 0xff || (sync1 & 0xfe) !== 0xf8) return undefined;
  const [sizeCode, rateCode] = [sizes >> 4, sizes & 15];
  if (sizeCode === 0 || rateCode === 15 || channels >> 4 > 10 || (channels & 1) !== 0) return undefined;
  const number = parseNumber(bytes, at + 4);
  if (number === undefined) return undefined;
  let end = number.end;
  let blockSize = sizeCode === 1 ? 192 : sizeCode < 6 ? 144 << sizeCode : 1 << sizeCode;
  if (sizeCode === 6) blockSize = (bytes[end++] ?? 0) + 1;
  if (sizeCode === 7) blockSize = ((bytes[end++] ?? 0) << 8) + (bytes[end++] ?? 0) + 1;
  end += rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0;
  if (end >= bytes.length || checksum8(bytes, at, end) !== bytes[end]) return undefined;
  return {
    number: number.value,
    isSampleNumber: (sync1 & 1) === 1,
    blockSize,
    headerBytes: end - at,
    isRateTold: rateCode !== 0,
    mostBytes: blockSize * Math.min(8, (channels >> 4) + 1) * 5 + 1_024,
  };
}

/** A number of one to seven bytes, coded as in UTF-8. */
function parseNumber(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  const first = bytes[at] ?? 0xff;
  if (first < 0x80) return { value: first, end: at + 1 };
  const length = Math.clz32(~(first << 24));
  if (length < 2 || length > 7) return undefined;
  let value = length === 7 ? 0 : first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte >> 6 !== 2) return undefined;
    value = value * 64 + (byte & 63);
  }
  return { value, end: at + length };
}

/** Where frames are read from. */
interface FrameSource {
  readonly bytes: ByteSource;
  readonly isEnd: (head: Uint8Array) => boolean;
  readonly credit: SearchCredit;
  readonly isLive: boolean;
}

/** The length of the next frame, bytes; undefined if its checksum is right nowhere, or too much was searched in vain. */
async function frameLength(
  { bytes, isEnd, credit, isLive }: FrameSource,
  { mostBytes }: FrameHeader,
): Promise<number | undefined> {
  let sum = 0;
  let at = 0;
  /** A length at which the checksum is right, but that no frame follows. */
  let candidate: number | undefined;
  for (let wanted = LOOK_AHEAD_BYTES; ;) {
    if (!credit.allows(Math.min(wanted, mostBytes), bytes.position())) {
      credit.spend(at);
      return candidate;
    }
    const most = Math.min(wanted, mostBytes) + HEADER_BYTES;
    const least = isLive ? Math.min(most, at + HEADER_BYTES + 1) : most;
    const seen = await bytes.look(least, most);
    const isLast = seen.length < least || (seen.length === most && wanted >= mostBytes);
    if (seen.length === most) wanted *= 4;
    const until = isLast ? Math.min(seen.length, mostBytes) : seen.length - HEADER_BYTES;
    for (; at < until; at++) {
      // The checksum over a frame and its checksum is 0.
      sum = ((sum << 8) & 0xffff) ^ (table16[(sum >> 8) ^ (seen[at] ?? 0)] ?? 0);
      if (sum !== 0 || at < 8) continue;
      // If a checksum ends in a zero byte, it is right without that byte, too.
      const length = at + (seen[at + 1] === 0 ? 2 : 1);
      if (
        length === seen.length ||
        parseFrameHeader(seen, length) !== undefined ||
        isEnd(seen.subarray(length))
      )
        return length;
      candidate ??= length;
    }
    if (!isLast) continue;
    credit.spend(at - (candidate ?? 0));
    return candidate;
  }
}

/** Skips to the next frame; false if there is none. */
async function skipToFrame(bytes: ByteSource, isEnd: (head: Uint8Array) => boolean): Promise<boolean> {
  await bytes.skip(1);
  for (;;) {
    const seen = await bytes.peek(LOOK_AHEAD_BYTES + HEADER_BYTES);
    if (seen.length === 0) return false;
    for (let at = 0; at < seen.length; at++) {
      const isMark = seen[at] === 0xff || seen[at] === STREAM_MARK;
      if (!isMark || (parseFrameHeader(seen, at) === undefined && !isEnd(seen.subarray(at)))) continue;
      await bytes.skip(at);
      return true;
    }
    await bytes.skip(Math.max(1, seen.length - HEADER_BYTES));
  }
}

/** The first letter of `fLaC`. */
const STREAM_MARK = 0x66;

function checksum8(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum = table8[sum ^ (bytes[at] ?? 0)] ?? 0;
  return sum;
}

/** Tables of the checksums, for the polynomials 07 and 8005 (sections 9.1.8 and 9.3). */
const table8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value & 0x80) === 0 ? 0 : 0x107);
  return value;
});
const table16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 8;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value & 0x8000) === 0 ? 0 : 0x18005);
  return value;
});
