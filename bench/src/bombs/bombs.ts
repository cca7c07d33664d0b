import { claimingFlac, constantFlac, endlessFlac, endlessFlacBeforeZeros } from './flac-bombs.js';
import {
  chainedOpus,
  claimingVorbis,
  constantOggFlac,
  endlessClock,
  jumpingOpus,
  pagesThatAreNone,
  sparseOpus,
} from './ogg-bombs.js';

/** A small file that would use much of a machine's resources to decode. */
export interface Bomb {
  readonly container: string;
  readonly name: string;
  readonly build: () => Buffer;
}

/** The bombs of each container, built from its specification. None is larger than a megabyte. */
export const bombs: readonly Bomb[] = [
  bomb('FLAC', 'hours of constant frames', () =>
    constantFlac({ sampleRate: 16_000, channels: 1, frames: 4_000 }),
  ),
  bomb('FLAC', 'constant frames of eight channels', () =>
    constantFlac({ sampleRate: 44_100, channels: 8, frames: 4_000 }),
  ),
  bomb('FLAC', 'a rate of 655,350 Hz', () => constantFlac({ sampleRate: 655_350, channels: 8, frames: 400 })),
  bomb('FLAC', 'a rate of 1 Hz', () => constantFlac({ sampleRate: 1, channels: 1, frames: 400 })),
  bomb('FLAC', 'a minute, as its header says', () =>
    constantFlac({ sampleRate: 48_000, channels: 2, frames: 4_000, claimed: 2_880_000 }),
  ),
  bomb('FLAC', 'frames without an end', () => endlessFlac(30_000)),
  bomb('FLAC', 'frames without an end before zeros', () => endlessFlacBeforeZeros(20_000)),
  bomb('FLAC', 'metadata that claims 16 MB', claimingFlac),
  bomb('Ogg', 'Opus of packets of two bytes', () => sparseOpus(800)),
  bomb('Ogg', 'Opus of eight channels', () => sparseOpus(800, 8)),
  bomb('Ogg', 'a clock that jumps by an hour a page', () => jumpingOpus(2_000)),
  bomb('Ogg', 'a clock beyond all time', endlessClock),
  bomb('Ogg', 'thousands of recordings in a row', () => chainedOpus(3_000)),
  bomb('Ogg', 'pages that begin and are none', () => pagesThatAreNone(20_000)),
  bomb('Ogg', 'FLAC of constant frames', () => constantOggFlac(4_000)),
  bomb('Ogg', 'Vorbis of 255 channels that claims gigabytes', claimingVorbis),
  bomb('WAV', 'a format of 300 MiB', () => wave([['fmt ', format({}), 300 * 1024 ** 2]])),
  bomb('WAV', 'a list of 4 GB', () =>
    wave([
      ['LIST', Buffer.alloc(40), 0xffff_fff0],
      ['fmt ', format({})],
      ['data', Buffer.alloc(64_000)],
    ]),
  ),
  bomb('WAV', 'a rate of 1 Hz', () =>
    wave([
      ['fmt ', format({ rate: 1 })],
      ['data', Buffer.alloc(900_000)],
    ]),
  ),
  bomb('WAV', 'a rate of 4 GHz', () =>
    wave([
      ['fmt ', format({ rate: 0xffff_ffff })],
      ['data', Buffer.alloc(900_000)],
    ]),
  ),
  bomb('WAV', '4,000 Hz, to be made four times as long', () =>
    wave([
      ['fmt ', format({ rate: 4_000, bits: 8 })],
      ['data', Buffer.alloc(900_000)],
    ]),
  ),
  bomb('WAV', '65,535 channels', () =>
    wave([
      ['fmt ', format({ channels: 65_535, bits: 8 })],
      ['data', Buffer.alloc(900_000)],
    ]),
  ),
  bomb('WAV', 'samples that are no numbers', () =>
    wave([
      ['fmt ', format({ tag: 3, bits: 32 })],
      ['data', Buffer.alloc(900_000, 0x7f)],
    ]),
  ),
  bomb('WAV', '64-bit sizes of an exabyte', exabyteWave),
  bomb('MP3', 'the smallest frames', () => smallestMp3(30_000)),
  bomb('MP3', 'an announcement of years', yearsOfMp3),
  bomb('MP3', 'tags that claim 256 MB', () =>
    Buffer.concat([Buffer.from('ID3\x04\0\0\x7f\x7f\x7f\x7f', 'latin1'), Buffer.alloc(1_000)]),
  ),
  bomb('MP4', 'boxes one within the other', () => nestedMp4(60_000)),
  bomb('MP4', 'a table of 4 billion samples', () => claimingMp4(1)),
  bomb('MP4', 'twenty tracks of them', () => claimingMp4(20)),
  bomb('MP4', 'a hundred recordings in a row', () =>
    Buffer.concat(Array.from({ length: 100 }, () => claimingMp4(1))),
  ),
  bomb('MP4', 'boxes of eight bytes', () =>
    Buffer.concat([
      box('ftyp', Buffer.from('isom\0\0\0\0')),
      ...Array.from({ length: 100_000 }, () => box('free', Buffer.alloc(0))),
    ]),
  ),
  bomb('WebM', 'elements without sizes, one within the other', () => nestedWebm(100_000)),
  bomb('WebM', 'a track that claims a gigabyte', claimingWebm),
  bomb('WebM', 'clusters whose clock jumps by an hour', () => jumpingWebm(500)),
  bomb('AIFF', 'a rate of 1 Hz', () => aiff(1)),
  bomb('AU', 'a rate of 4 GHz', () => au(0xffff_ffff)),
  bomb('AU', 'a rate of 1 Hz', () => au(1)),
  bomb('CAF', 'a rate of 1 Hz and 4 billion channels', caf),
];

function bomb(container: string, name: string, build: () => Buffer): Bomb {
  return { container, name, build };
}

type Chunk = readonly [name: string, body: Buffer, claimed?: number];

function wave(chunks: readonly Chunk[], riff = 'RIFF'): Buffer {
  const body = chunks.map(([name, bytes, claimed = bytes.length]) => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32LE(claimed, 4);
    return Buffer.concat([head, bytes]);
  });
  return Buffer.concat([Buffer.from(`${riff}\xff\xff\xff\xffWAVE`, 'latin1'), ...body]);
}

function format({ tag = 1, rate = 16_000, channels = 1, bits = 16 }): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  return body;
}

function exabyteWave(): Buffer {
  const sizes = Buffer.alloc(28, 0x0f);
  return wave(
    [
      ['ds64', sizes, 0x7fff_fff0],
      ['fmt ', format({})],
      ['data', Buffer.alloc(64_000), 0xffff_ffff],
    ],
    'RF64',
  );
}

/** MPEG 2.5, layer 3, 8 kbit/s at 8 kHz: 72 bytes a frame; at 24 kHz without padding, 24 bytes a frame. */
function smallestMp3(frames: number): Buffer {
  const frame = Buffer.alloc(24);
  frame.writeUInt32BE(0xfff3_14c0);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

function yearsOfMp3(): Buffer {
  const first = Buffer.alloc(417);
  first.writeUInt32BE(0xfffb_9064);
  first.write('Xing', 36, 'latin1');
  first.writeUInt32BE(1, 40);
  first.writeUInt32BE(0xffff_ffff, 44);
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xfffb_9064);
  return Buffer.concat([first, ...Array.from({ length: 20 }, () => frame)]);
}

function box(type: string, body: Buffer, claimed = body.length + 8): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(claimed);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

function nestedMp4(depth: number): Buffer {
  const heads = Array.from({ length: depth }, (_, level) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE((depth - level) * 8);
    head.write(level % 2 === 0 ? 'moov' : 'trak', 4, 'latin1');
    return head;
  });
  return Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0')), box('mdat', Buffer.alloc(8)), ...heads]);
}

/** Sample tables of tracks that claim 4 billion samples of a byte each. */
function claimingMp4(tracks: number): Buffer {
  const numbers = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
    return bytes;
  };
  const entry = Buffer.concat([
    Buffer.alloc(6),
    Buffer.from([0, 1]),
    Buffer.alloc(8),
    Buffer.from([0, 2, 0, 16]),
    Buffer.alloc(4),
    numbers(0x3e80_0000),
  ]);
  const table = box(
    'stbl',
    Buffer.concat([
      box('stsd', Buffer.concat([numbers(0, 1), box('alaw', entry)])),
      box('stts', numbers(0, 1, 0xffff_fff0, 1)),
      box('stsc', numbers(0, 1, 1, 0xffff_fff0, 1)),
      box('stsz', numbers(0, 1, 0xffff_fff0)),
      box('stco', numbers(0, 1, 32)),
    ]),
  );
  const track = (id: number): Buffer =>
    box(
      'trak',
      Buffer.concat([
        box('tkhd', numbers(7, 0, 0, id, 0, 0xffff_0000, ...Array<number>(15).fill(0))),
        box(
          'mdia',
          Buffer.concat([
            box('mdhd', numbers(0, 0, 0, 1, 0xffff_0000, 0x55c4_0000)),
            box('hdlr', Buffer.concat([numbers(0, 0), Buffer.from('soun'), Buffer.alloc(13)])),
            box('minf', table),
          ]),
        ),
      ]),
    );
  const index = Array.from({ length: tracks }, (_, number) => track(number + 1));
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\0\0isom')),
    box('mdat', Buffer.alloc(2_000)),
    box(
      'moov',
      Buffer.concat([box('mvhd', numbers(0, 0, 0, 1, 0xffff_0000, ...Array<number>(20).fill(0))), ...index]),
    ),
  ]);
}

const EBML = Buffer.from(
  '1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff',
  'hex',
);

/** One track of PCM at 16 kHz. */
const WEBM_TRACK = Buffer.from(
  '1654ae6ba6aea4d7810173c5810183810286' + '8d415f50434d2f494e542f4c4954e18bb58440' + '7a000000009f8101',
  'hex',
);

function nestedWebm(depth: number): Buffer {
  return Buffer.concat([
    EBML,
    ...Array.from({ length: depth }, () => Buffer.from('1f43b67501ffffffffffffff', 'hex').subarray(0, 12)),
  ]);
}

function claimingWebm(): Buffer {
  // Its private bytes claim a gigabyte.
  return Buffer.concat([
    EBML,
    Buffer.from('1654ae6b08ffffff00aed781018381028685415f4f505553', 'hex'),
    Buffer.from('63a2083fffff00', 'hex'),
    Buffer.alloc(50_000),
  ]);
}

function jumpingWebm(clusters: number): Buffer {
  const all = Array.from({ length: clusters }, (_, index) => {
    const time = Buffer.alloc(10);
    time.writeUInt16BE(0xe788);
    time.writeBigUInt64BE(BigInt(index) * 3_500_000n, 2);
    // Four frames in one block, by fixed lacing.
    const block = Buffer.concat([Buffer.from('a38d8100000403', 'hex'), Buffer.alloc(8)]);
    const body = Buffer.concat([time, block]);
    return Buffer.concat([Buffer.from('1f43b675', 'hex'), Buffer.from([0x80 | body.length]), body]);
  });
  return Buffer.concat([EBML, WEBM_TRACK, ...all]);
}

function aiff(rate: number): Buffer {
  const common = Buffer.alloc(18);
  common.writeUInt16BE(1, 0);
  common.writeUInt32BE(0xffff_ffff, 2);
  common.writeUInt16BE(16, 6);
  // A power of two as an 80-bit float.
  common.writeUInt16BE(16_383 + Math.log2(rate), 8);
  common.writeUInt8(0x80, 10);
  const chunk = (name: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name);
    head.writeUInt32BE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const chunks = Buffer.concat([
    Buffer.from('AIFF'),
    chunk('COMM', common),
    chunk('SSND', Buffer.alloc(400_008)),
  ]);
  return chunk('FORM', chunks);
}

function au(rate: number): Buffer {
  const head = Buffer.alloc(24);
  head.write('.snd');
  for (const [index, value] of [24, 0xffff_ffff, 3, rate, 1].entries())
    head.writeUInt32BE(value, 4 + index * 4);
  return Buffer.concat([head, Buffer.alloc(400_000)]);
}

function caf(): Buffer {
  const description = Buffer.alloc(32);
  description.writeDoubleBE(1, 0);
  description.write('lpcm', 8);
  for (const [index, value] of [0, 2, 1, 0xffff_ffff, 16].entries())
    description.writeUInt32BE(value, 12 + index * 4);
  const size = Buffer.alloc(8);
  size.writeBigInt64BE(32n);
  return Buffer.concat([
    Buffer.from('caff\0\x01\0\0', 'latin1'),
    Buffer.from('desc'),
    size,
    description,
    Buffer.from('data'),
    Buffer.alloc(8, 0xff),
    Buffer.alloc(400_000),
  ]);
}
