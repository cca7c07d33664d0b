import type { ByteSource } from '../byte-source.js';
import { skipId3Tags } from './id3.js';

/** Whether a tag of a music file begins here, or the padding after one. */
export function isTagHead(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, ZEROS_BYTES));
  // A few zeros may belong to the end of the recording before.
  return (
    TAGS.some((tag) => bytes.toString('latin1', 0, tag.length) === tag) ||
    (bytes.length === ZEROS_BYTES && isZeros(bytes))
  );
}

/** ID3v2, ID3v1, APE and Lyrics3, which may stand before, between and after recordings. */
const TAGS = ['ID3\x02', 'ID3\x03', 'ID3\x04', 'TAG', 'APETAGEX', 'LYRICSBEGIN'];

/** Zeros in a row from which they are padding. */
const ZEROS_BYTES = 64;

function isZeros(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === 0);
}

/** Skips tags and padding. */
export async function skipTags(bytes: ByteSource): Promise<void> {
  for (;;) {
    await skipId3Tags(bytes);
    const head = Buffer.from(await bytes.peek(ZEROS_BYTES));
    const skipped = await bytes.skip(tagBytes(head));
    if (skipped === 0) return;
  }
}

function tagBytes(head: Buffer): number {
  if (head.toString('latin1', 0, 3) === 'TAG') return ID3V1_BYTES;
  // Name and version are followed by the size of all but the header; that of a lone footer is the size of what came
  // before.
  if (head.toString('latin1', 0, 8) === 'APETAGEX' && head.length >= APE_HEADER_BYTES) {
    const isHeader = (head.readUInt32LE(20) & 0x2000_0000) !== 0;
    return APE_HEADER_BYTES + (isHeader ? head.readUInt32LE(12) : 0);
  }
  const content = head.findIndex((byte) => byte !== 0);
  return content < 0 ? head.length : content;
}

const ID3V1_BYTES = 128;
const APE_HEADER_BYTES = 32;
