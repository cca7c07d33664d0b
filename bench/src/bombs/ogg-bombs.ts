import { checksum } from './checksums.js';
import { flacPackets } from './flac-bombs.js';

/** Nested page headers with wrong checksums, each of which claims 64 KiB. */
export function pagesThatAreNone(pages: number): Buffer {
  const head = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(28, 0xff)]);
  return Buffer.concat([sparseOpus(1), ...Array.from({ length: pages }, () => head)]);
}

/**
 * Opus in two-byte packets of 120 ms of silence, 255 a page: half a minute in 800 bytes (RFC 6716, section
 * 3.2.5).
 */
export function sparseOpus(pages: number, channels = 2): Buffer {
  const packet = Buffer.from([0x83, 48]);
  const packets = Array.from({ length: 255 }, () => packet);
  return stream(1, opusHeaders(channels), pages, packets, (page) => BigInt(page + 1) * 255n * 5_760n);
}

/** Pages whose clock jumps by almost an hour from one to the next. */
export function jumpingOpus(pages: number): Buffer {
  return stream(
    1,
    opusHeaders(1),
    pages,
    [Buffer.from([0x80])],
    (page) => BigInt(page + 1) * 48_000n * 3_500n,
  );
}

/** As many chained recordings as fit, each of which needs a decoder. */
export function chainedOpus(links: number): Buffer {
  const packets = [Buffer.from([0x80])];
  return Buffer.concat(
    Array.from({ length: links }, (_, link) => stream(link, opusHeaders(1), 1, packets, () => 960n)),
  );
}

/** A clock that ends far beyond any plausible time. */
export function endlessClock(): Buffer {
  return stream(1, opusHeaders(1), 2, [Buffer.from([0x80])], () => 2n ** 62n);
}

/** FLAC in Ogg, of constant frames. */
export function constantOggFlac(frames: number): Buffer {
  const [head = Buffer.alloc(0), ...packets] = flacPackets({ sampleRate: 16_000, channels: 8, frames });
  return Buffer.concat([
    page(1, 0, 2, 0n, [head]),
    ...packets.map((packet, index) => page(1, index + 1, 0, BigInt(index + 1) * 65_535n, [packet])),
  ]);
}

/** Vorbis whose comments and codebooks claim gigabytes. */
export function claimingVorbis(): Buffer {
  const identification = Buffer.alloc(30);
  identification.write('\x01vorbis', 0, 'latin1');
  identification.writeUInt8(255, 11);
  identification.writeUInt32LE(192_000, 12);
  identification.writeUInt8(0xd6, 28);
  identification.writeUInt8(1, 29);
  const comments = Buffer.concat([Buffer.from('\x03vorbis', 'latin1'), Buffer.alloc(8, 0xff)]);
  const setup = Buffer.concat([
    Buffer.from('\x05vorbis\xffBCV\xff\xff\xff\xff\xff', 'latin1'),
    Buffer.alloc(400, 0xaa),
  ]);
  const packets = Array.from({ length: 200 }, () => Buffer.alloc(1));
  return Buffer.concat([
    page(1, 0, 2, 0n, [identification]),
    page(1, 1, 0, 0n, [comments, setup]),
    ...[2, 3, 4].map((number) => page(1, number, 0, BigInt(number) * 1_000_000n, packets)),
  ]);
}

function opusHeaders(channels: number): readonly Buffer[] {
  const head = Buffer.alloc(19);
  head.write('OpusHead\x01', 'latin1');
  head.writeUInt8(channels, 9);
  head.writeUInt32LE(48_000, 12);
  // Tags whose length fields claim gigabytes.
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f])]);
  return [head, tags];
}

function stream(
  serial: number,
  headers: readonly Buffer[],
  pages: number,
  packets: readonly Buffer[],
  position: (page: number) => bigint,
): Buffer {
  return Buffer.concat([
    ...headers.map((header, index) => page(serial, index, index === 0 ? 2 : 0, 0n, [header])),
    ...Array.from({ length: pages }, (_, index) =>
      page(serial, headers.length + index, 0, position(index), packets),
    ),
  ]);
}

/** A page of whole packets (RFC 3533, section 6). */
function page(
  serial: number,
  sequence: number,
  flags: number,
  position: bigint,
  packets: readonly Buffer[],
): Buffer {
  const lacing = packets.flatMap(({ length }) => [
    ...Array.from({ length: Math.floor(length / 255) }, () => 255),
    length % 255,
  ]);
  const header = Buffer.alloc(27);
  header.write('OggS');
  header.writeUInt8(flags, 5);
  header.writeBigInt64LE(position, 6);
  header.writeUInt32LE(serial, 14);
  header.writeUInt32LE(sequence, 18);
  header.writeUInt8(lacing.length, 26);
  const whole = Buffer.concat([header, Buffer.from(lacing), ...packets]);
  whole.writeUInt32LE(checksum(whole, 32, 0x04c1_1db7), 22);
  return whole;
}
