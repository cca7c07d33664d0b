import { MPEGDecoder } from 'mpg123-decoder';
import {
  type DecodedAudio,
  type DecodedBlock,
  ENCODED_BLOCK_BYTES,
  type RecordingInput,
} from './container.js';

/** MPEG audio of layers 1 to 3, from its first frame on. */
export async function openMp3(input: RecordingInput): Promise<DecodedAudio> {
  const announcedSeconds = parseInfoFrame(await input.bytes.peek(LARGEST_FRAME_BYTES));
  return { durationSeconds: announcedSeconds, blocks: decodeBlocks(input, announcedSeconds) };
}

/**
 * Whether these bytes begin with two frames, one right after the other: something that looks like a single header turns up in
 * any file. If there are too few bytes for a second frame, the first is enough unless the answer has to be `certain`.
 */
export function isMpegAudio(head: Uint8Array, { certain = false } = {}): boolean {
  const first = parseFrameHeader(head);
  if (first === undefined) return false;
  if (head.length < first.bytes + 4) return !certain;
  const second = parseFrameHeader(head.subarray(first.bytes));
  return second?.layer === first.layer && second.sampleRate === first.sampleRate;
}

interface FrameHeader {
  readonly version: 1 | 2 | 2.5;
  readonly layer: 1 | 2 | 3;
  readonly sampleRate: number;
  readonly mono: boolean;
  /** Samples of one channel. */
  readonly samples: number;
  readonly bytes: number;
}

/** Layer 2 at 384 kbit/s and 32 kHz. */
const LARGEST_FRAME_BYTES = 1_729;

/** kbit/s by the header's bit rate index, 1 to 14 (ISO 11172-3, 2.4.2.3; ISO 13818-3, 2.4.2.3). */
const BIT_RATES = {
  version1: {
    1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  version2: {
    1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
} as const;

const VERSIONS = [2.5, undefined, 2, 1] as const;
const LAYERS = [undefined, 3, 2, 1] as const;

/**
 * Reads the four bytes of a frame header; undefined if they are no header, or one of the free format, which nobody writes.
 */
function parseFrameHeader(bytes: Uint8Array): FrameHeader | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  if (first !== 0xff || second >> 5 !== 7) return undefined;
  const version = VERSIONS[(second >> 3) & 3];
  const layer = LAYERS[(second >> 1) & 3];
  const baseRate = [44_100, 48_000, 32_000][(third >> 2) & 3];
  if (version === undefined || layer === undefined || baseRate === undefined) return undefined;
  const bitRate = BIT_RATES[version === 1 ? 'version1' : 'version2'][layer][(third >> 4) - 1];
  if (bitRate === undefined) return undefined;

  const sampleRate = version === 1 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1_152;
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = Math.floor(((samples / 8 / slotBytes) * bitRate * 1_000) / sampleRate) + ((third >> 1) & 1);
  return { version, layer, sampleRate, mono: fourth >> 6 === 3, samples, bytes: slots * slotBytes };
}

/**
 * The length that encoders put into a first frame without sound, seconds: Xing's tag gives the number of frames, and
 * LAME's extension of it the samples to cut at both ends.
 */
function parseInfoFrame(head: Uint8Array): number | undefined {
  const frame = parseFrameHeader(head);
  if (frame?.layer !== 3) return undefined;
  const sideInformationBytes = frame.version === 1 ? (frame.mono ? 17 : 32) : frame.mono ? 9 : 17;
  const tag = Buffer.from(head.subarray(4 + sideInformationBytes, frame.bytes));
  const name = tag.toString('latin1', 0, 4);
  if (tag.length < 144 || (name !== 'Xing' && name !== 'Info') || (tag.readUInt32BE(4) & 1) === 0)
    return undefined;
  const trimmed = tag.readUIntBE(141, 3);
  const samples = tag.readUInt32BE(8) * frame.samples - (trimmed >> 12) - (trimmed & 0xfff);
  return samples > 0 ? samples / frame.sampleRate : undefined;
}

async function* decodeBlocks(
  { bytes }: RecordingInput,
  announcedSeconds: number | undefined,
): AsyncGenerator<DecodedBlock, string | undefined> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  let seconds = 0;
  let damaged = 0;
  try {
    for await (const block of bytes.blocks(ENCODED_BLOCK_BYTES)) {
      const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(block);
      damaged += errors.length;
      if (samplesDecoded === 0) continue;
      seconds += samplesDecoded / sampleRate;
      yield { channels: channelData, sampleRate };
    }
  } finally {
    decoder.free();
  }
  if (announcedSeconds !== undefined && seconds < announcedSeconds - LOST_FRAMES_SECONDS) {
    return `ends after ${seconds.toFixed(1)} of ${announcedSeconds.toFixed(1)} s`;
  }
  return damaged === 0 ? undefined : `is damaged in ${damaged} places`;
}

/** How much may be missing at the end of a whole file: two frames at 8 kHz, which decoders may withhold. */
const LOST_FRAMES_SECONDS = 0.15;
