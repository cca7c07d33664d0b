import { mustHold } from '../target.js';

/**
 * The same bytes with right checksums in everything that looks like a page of Ogg (RFC 3533, section 6). Mutations
 * alone would never guess them.
 */
export function withRightPages(bytes: Buffer): Buffer {
  const mended = Buffer.from(bytes);
  for (let at = mended.indexOf('OggS'); at >= 0; at = mended.indexOf('OggS', at + 4)) {
    const headerBytes = 27 + (mended[at + 26] ?? 0);
    const lacings = mended.subarray(at + 27, at + headerBytes);
    const page = mended.subarray(at, at + headerBytes + lacings.reduce((sum, lacing) => sum + lacing, 0));
    if (page.length < headerBytes) break;
    page.writeUInt32LE(0, 22);
    page.writeUInt32LE(checksum32(page), 22);
  }
  return mended;
}

/** The same for frames of FLAC (RFC 9639, section 9). Each frame ends where the next one begins. */
export function withRightFrames(bytes: Buffer): Buffer {
  const mended = Buffer.from(bytes);
  for (let at = nextFrame(mended, 0); at < mended.length;) {
    const frame = mended.subarray(at, nextFrame(mended, at + 2));
    at += frame.length;
    const headerEnd = frameHeaderEnd(frame);
    if (headerEnd + 3 > frame.length) continue;
    frame[headerEnd] = checksum8(frame.subarray(0, headerEnd));
    frame.writeUInt16BE(checksum16(frame.subarray(0, -2)), frame.length - 2);
  }
  return mended;
}

function nextFrame(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if (((bytes[at + 1] ?? 0) & 0xfe) === 0xf8) return at;
  return bytes.length;
}

/** Where the checksum of a frame's header stands. */
function frameHeaderEnd(frame: Buffer): number {
  const codes = frame[2] ?? 0;
  const [sizeCode, rateCode] = [codes >> 4, codes & 15];
  const numberBytes = Math.max(1, Math.clz32(~((frame[4] ?? 0) << 24)));
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateBytes = rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0;
  return 4 + numberBytes + sizeBytes + rateBytes;
}

const checksum8 = createChecksum(8, 0x07);
const checksum16 = createChecksum(16, 0x8005);
const checksum32 = createChecksum(32, 0x04c11db7);

/** A cyclic redundancy check that is neither reflected nor inverted. */
function createChecksum(bits: 8 | 16 | 32, polynomial: number): (bytes: Uint8Array) => number {
  const [range, below] = [2 ** bits, 2 ** (bits - 8)];
  const table = Array.from({ length: 256 }, (_, byte) => {
    let value = byte * below;
    for (let bit = 0; bit < 8; bit++)
      value = (((value * 2) % range) ^ (value * 2 < range ? 0 : polynomial)) >>> 0;
    return value;
  });
  mustHold(table[1] === polynomial, 'the table belongs to the polynomial');
  return (bytes) => {
    let sum = 0;
    for (const byte of bytes)
      sum = (((sum % below) * 256) ^ (table[Math.floor(sum / below) ^ byte] ?? 0)) >>> 0;
    return sum;
  };
}
