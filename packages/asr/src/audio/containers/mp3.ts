import { MPEGDecoder } from 'mpg123-decoder';
import {
  type DecodedAudio,
  type DecodedBlock,
  ENCODED_BLOCK_BYTES,
  type RecordingInput,
} from './container.js';
import { parseFrameHeader } from './mpeg-frames.js';
import { brokenContainer } from './unreadable.js';

/** MPEG audio of layers 1 to 3, from its first frame on. */
export async function openMp3(input: RecordingInput): Promise<DecodedAudio> {
  const announcedSeconds = parseInfoFrame(await input.bytes.peek(LARGEST_FRAME_BYTES));
  return { durationSeconds: announcedSeconds, blocks: decodeBlocks(input, announcedSeconds) };
}

/** Layer 2 at 384 kbit/s and 32 kHz. */
const LARGEST_FRAME_BYTES = 1_729;

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
  { name, bytes, isLive = false }: RecordingInput,
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
      if (isLive && damaged > 0) throw brokenContainer(name);
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
