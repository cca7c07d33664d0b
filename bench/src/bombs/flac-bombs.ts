import { checksum } from './checksums.js';

/** What a FLAC file says of itself, and how many frames of silence it holds. */
export interface FlacShape {
  readonly sampleRate: number;
  readonly channels: number;
  readonly frames: number;
  /** Number of samples that the header claims; 0 for unknown. */
  readonly claimed?: number;
}

/** The most samples that a frame can hold. */
const BLOCK = 65_535;

/** Frames of constant subframes: some 20 bytes for 65,535 samples (RFC 9639, section 9.2.3). */
export function constantFlac({ sampleRate, channels, frames, claimed = 0 }: FlacShape): Buffer {
  return Buffer.concat([
    streamInfo(sampleRate, channels, claimed),
    ...Array.from({ length: frames }, (_, number) =>
      frame(number, sampleRate, channels, constants(channels)),
    ),
  ]);
}

/** Frames that begin and have no end: a reader looks for each end up to the last byte. */
export function endlessFlac(frames: number): Buffer {
  const headers = Array.from({ length: frames }, (_, number) => frameHeader(number, 44_100, 8));
  return Buffer.concat([streamInfo(44_100, 8, 0), ...headers]);
}

/** The same, followed by zeros, through which a reader looks for each end. */
export function endlessFlacBeforeZeros(frames: number): Buffer {
  return Buffer.concat([endlessFlac(frames), Buffer.alloc(700_000)]);
}

/** A metadata block that claims 16 MB and holds a few bytes. */
export function claimingFlac(): Buffer {
  const picture = Buffer.from([0x06, 0xff, 0xff, 0xff, 1, 2, 3]);
  const info = streamInfo(44_100, 2, 0);
  info[4] = 0;
  return Buffer.concat([info, picture]);
}

/** FLAC in Ogg: the header packets, then frames. */
export function flacPackets({ sampleRate, channels, frames }: FlacShape): readonly Buffer[] {
  const mapping = Buffer.concat([
    Buffer.from('\x7fFLAC\x01\0\0\0', 'latin1'),
    streamInfo(sampleRate, channels, 0),
  ]);
  return [
    mapping,
    ...Array.from({ length: frames }, (_, number) =>
      frame(number, sampleRate, channels, constants(channels)),
    ),
  ];
}

function streamInfo(sampleRate: number, channels: number, samples: number): Buffer {
  const info = Buffer.alloc(42);
  info.write('fLaC');
  info.writeUInt32BE(0x8000_0022, 4);
  info.writeUInt16BE(BLOCK, 8);
  info.writeUInt16BE(BLOCK, 10);
  const fields = (BigInt(sampleRate) << 44n) | (BigInt(channels - 1) << 41n) | (15n << 36n) | BigInt(samples);
  info.writeBigUInt64BE(fields, 18);
  return info;
}

function constants(channels: number): Buffer {
  // One constant 16-bit subframe for each channel.
  return Buffer.alloc(3 * channels);
}

function frame(number: number, sampleRate: number, channels: number, body: Buffer): Buffer {
  const bytes = Buffer.concat([frameHeader(number, sampleRate, channels), body]);
  const end = Buffer.alloc(2);
  end.writeUInt16BE(checksum(bytes, 16, 0x8005));
  return Buffer.concat([bytes, end]);
}

/** Each frame states the rate, in Hz or tens of Hz. */
function frameHeader(number: number, sampleRate: number, channels: number): Buffer {
  const inTens = sampleRate > 0xffff;
  const start = Buffer.from([0xff, 0xf8, inTens ? 0x7e : 0x7d, ((channels - 1) << 4) | 8]);
  const fields = Buffer.alloc(4);
  fields.writeUInt16BE(BLOCK - 1);
  fields.writeUInt16BE(inTens ? sampleRate / 10 : sampleRate, 2);
  const header = Buffer.concat([start, Buffer.from(String.fromCodePoint(number)), fields]);
  return Buffer.concat([header, Buffer.from([checksum(header, 8, 0x07)])]);
}
