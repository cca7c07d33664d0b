/** Small files that decode to hours, and files that claim sizes which a reader might allocate, by name. */
export const bombFiles: Readonly<Record<string, () => Buffer>> = {
  'bomb.flac': () => flacOfSilence(FLAC_FRAMES),
  'bomb.opus': () => opusOfSilence(OGG_PAGES),
  'bomb.wav': () => hugeChunk(),
  'bomb.mp3': () => hugeId3(),
  'bomb.mp4': () => lateIndex(),
  'bomb.webm': () => headersWithoutEnd(),
};

/** Frames of 65,535 samples in 13 bytes each: four hours at 44.1 kHz in 126 KiB. */
const FLAC_FRAMES = 9_700;

/** Pages of 255 one-byte packets of 60 ms each: four hours in half a megabyte. */
const OGG_PAGES = 940;

const CLAIMED_BYTES = 128 * 1024 ** 2;

/** Frames with one constant subframe (RFC 9639, sections 9.1 and 9.2). */
function flacOfSilence(frames: number): Buffer {
  const streamInfo = Buffer.alloc(34);
  streamInfo.writeUInt16BE(65_535, 0);
  streamInfo.writeUInt16BE(65_535, 2);
  // 44,100 Hz, one channel, 16 bits.
  streamInfo.writeUInt32BE((44_100 * 2 ** 12 + (15 << 4)) >>> 0, 10);
  const head = Buffer.concat([Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, 34]), streamInfo]);
  return Buffer.concat([head, ...Array.from({ length: frames }, (_, number) => flacFrame(number))]);
}

function flacFrame(number: number): Buffer {
  const coded = Buffer.from(String.fromCodePoint(number));
  const head = Buffer.concat([Buffer.from([0xff, 0xf8, 0x79, 0x08]), coded, Buffer.from([0xff, 0xfe])]);
  const body = Buffer.concat([head, Buffer.from([crc(head, 8, 0x07)]), Buffer.from([0, 0, 0])]);
  const check = Buffer.alloc(2);
  check.writeUInt16BE(crc(body, 16, 0x8005));
  return Buffer.concat([body, check]);
}

/** Packets of one byte are 60 ms of silence (RFC 6716, section 3.1). */
function opusOfSilence(pages: number): Buffer {
  const identification = Buffer.from('OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0', 'latin1');
  const comment = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
  const packets = Array.from({ length: 255 }, () => Buffer.from([0x18]));
  return Buffer.concat([
    oggPage(2, 0, 0, [identification]),
    oggPage(0, 1, 0, [comment]),
    ...Array.from({ length: pages }, (_, page) =>
      oggPage(page === pages - 1 ? 4 : 0, page + 2, (page + 1) * 255 * 2880, packets),
    ),
  ]);
}

/** RFC 3533, section 6. */
function oggPage(flags: number, sequence: number, granule: number, packets: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(27);
  head.write('OggS');
  head[5] = flags;
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(sequence, 18);
  head[26] = packets.length;
  const page = Buffer.concat([head, Buffer.from(packets.map(({ length }) => length)), ...packets]);
  page.writeUInt32LE(crc(page, 32, 0x04c11db7), 22);
  return page;
}

/** Most significant bit first, initial value zero. */
function crc(bytes: Buffer, width: 8 | 16 | 32, polynomial: number): number {
  const top = 2 ** (width - 1);
  let rest = 0;
  for (const byte of bytes) {
    rest = (rest ^ (byte * 2 ** (width - 8))) >>> 0;
    for (let bit = 0; bit < 8; bit++) {
      const carries = rest >= top;
      rest = ((rest << 1) & (2 * top - 1)) >>> 0;
      if (carries) rest = (rest ^ polynomial) >>> 0;
    }
  }
  return rest;
}

/** A chunk before the samples that really is as long as it says. */
function hugeChunk(): Buffer {
  const head = Buffer.alloc(20);
  head.write('RIFF');
  head.writeUInt32LE(CLAIMED_BYTES + 100, 4);
  head.write('WAVELIST', 8);
  head.writeUInt32LE(CLAIMED_BYTES, 16);
  const format = Buffer.from(
    'fmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\x02\0\0\0\0\0',
    'latin1',
  );
  return Buffer.concat([head, Buffer.alloc(CLAIMED_BYTES), format]);
}

/** A tag of 128 MiB with nothing after it. */
function hugeId3(): Buffer {
  return Buffer.concat([Buffer.from('ID3\x04\0\0\x40\0\0\0', 'latin1'), Buffer.alloc(CLAIMED_BYTES)]);
}

/** An index of 60 MiB after the samples, which has to be moved before them. */
function lateIndex(): Buffer {
  const bytes = 60 * 1024 ** 2;
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes + 8);
  return Buffer.concat([
    Buffer.from('\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x10mdat\0\0\0\0\0\0\0\0', 'latin1'),
    size,
    Buffer.from('moov'),
    Buffer.alloc(bytes),
  ]);
}

/** A thousand WebM headers without an end. */
function headersWithoutEnd(): Buffer {
  return Buffer.from('\x1a\x45\xdf\xa3\x80'.repeat(1_000), 'latin1');
}
