import { expect, test } from 'vitest';
import { createByteSource } from '../../src/audio/byte-source.js';
import { readFlacFrames } from '../../src/audio/containers/flac-frames.js';
import { readOggPages } from '../../src/audio/containers/ogg.js';

// Each of these would take minutes if the end of every frame and page were looked for where it claims to be.

test('thousands of false FLAC frame headers are skipped, and the real frame behind them is found', async () => {
  const head = Buffer.from(withChecksum([0xff, 0xf8, 0x79, 0x78, 0, 0xff, 0xff], 8, 0x07));
  // Zeros leave a checksum that is wrong as it is.
  const zeros = Buffer.alloc(2_400_000);
  const constant = [...withChecksum([0xff, 0xf8, 0x19, 0x08, 0], 8, 0x07), 0, 0x12, 0x34];
  const frame = Buffer.from(withChecksum(constant, 16, 0x8005));
  const file = [...Array.from({ length: 20_000 }, () => head), zeros, frame];
  const found: Uint8Array[] = [];
  for await (const { bytes } of readFlacFrames(sourceOf(file), () => false)) found.push(Buffer.from(bytes));
  // Some of the false frames are also found, because their checksum is right by chance.
  expect(found.at(-1)).toEqual(frame);
});

test('thousands of false Ogg page headers are skipped, and the real page behind them is found', async () => {
  const head = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(28, 0xff)]);
  const page = oggPage(Buffer.from('a packet'));
  const file = [...Array.from({ length: 100_000 }, () => head), page];
  const found: Buffer[] = [];
  for await (const { bytes, isIntact } of readOggPages(sourceOf(file))) if (isIntact) found.push(bytes);
  expect(found).toEqual([page]);
});

function sourceOf(pieces: readonly Buffer[]) {
  const file = Buffer.concat(pieces);
  let at = 0;
  return createByteSource(() => {
    const piece = file.subarray(at, at + 65_536);
    at += piece.length;
    return Promise.resolve(piece.length === 0 ? undefined : piece);
  });
}

/** With the checksum of that many bits behind it. */
function withChecksum(bytes: readonly number[], bits: 8 | 16 | 32, polynomial: number): number[] {
  const sum = checksumOf(bytes, bits, polynomial);
  return [
    ...bytes,
    ...Array.from({ length: bits / 8 }, (_, index) => (sum >>> (bits - 8 - 8 * index)) & 0xff),
  ];
}

function checksumOf(bytes: Iterable<number>, bits: number, polynomial: number): number {
  let sum = 0n;
  const [top, mask] = [1n << BigInt(bits - 1), (1n << BigInt(bits)) - 1n];
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const isOut = ((sum & top) !== 0n) !== (((byte >> bit) & 1) === 1);
      sum = ((sum << 1n) & mask) ^ (isOut ? BigInt(polynomial) : 0n);
    }
  return Number(sum);
}

function oggPage(packet: Buffer): Buffer {
  const page = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(22), Buffer.of(1, packet.length), packet]);
  page.writeUInt32LE(checksumOf(page, 32, 0x04c11db7), 22);
  return page;
}
