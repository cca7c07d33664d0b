import { FLACDecoder } from '@wasm-audio-decoders/flac';
import {
  type DecodedAudio,
  type DecodedBlock,
  ENCODED_BLOCK_BYTES,
  type RecordingInput,
} from './container.js';

/** FLAC, native or in Ogg. */
export async function openFlac(input: RecordingInput): Promise<DecodedAudio> {
  const announced = parseStreamInfo(await input.bytes.peek(STREAM_INFO_END));
  return {
    durationSeconds: announced === undefined ? undefined : announced.samples / announced.sampleRate,
    blocks: decodeBlocks(input, announced),
  };
}

interface StreamInfo {
  /** Samples of one channel. */
  readonly samples: number;
  readonly sampleRate: number;
}

const STREAM_INFO_END = 4 + 4 + 34;

/** Lossless blocks are larger than lossy ones for the same time: this is some 0.1 s of 44.1 kHz stereo. */
const BLOCK_BYTES = 8 * ENCODED_BLOCK_BYTES;

/**
 * The decoder wants some bytes more than a frame's own before it looks at it, so a last frame of silence, 12
 * bytes long, would be dropped. Zeros leave the frame's checksum as it is.
 */
const END_PADDING = new Uint8Array(32);

/** STREAMINFO, always a native stream's first block (RFC 9639, section 8.2); undefined where it leaves the length open. */
function parseStreamInfo(head: Uint8Array): StreamInfo | undefined {
  if (head.length < STREAM_INFO_END || head[0] !== 'f'.charCodeAt(0)) return undefined;
  const fields = new DataView(head.buffer, head.byteOffset).getBigUint64(8 + 10);
  const sampleRate = Number(fields >> 44n);
  const samples = Number(fields & 0xf_ffff_ffffn);
  return samples === 0 || sampleRate === 0 ? undefined : { samples, sampleRate };
}

async function* decodeBlocks(
  { bytes }: RecordingInput,
  announced: StreamInfo | undefined,
): AsyncGenerator<DecodedBlock, string | undefined> {
  const decoder = new FLACDecoder();
  await decoder.ready;
  let samples = 0;
  let damaged = 0;
  try {
    for await (const block of bytes.blocks(BLOCK_BYTES)) {
      const decoded = await decoder.decode(block);
      damaged += decoded.errors.length;
      if (decoded.samplesDecoded === 0) continue;
      samples += decoded.samplesDecoded;
      yield { channels: decoded.channelData, sampleRate: decoded.sampleRate };
    }
    for (const rest of [await decoder.decode(END_PADDING), await decoder.flush()]) {
      damaged += rest.errors.length;
      samples += rest.samplesDecoded;
      if (rest.samplesDecoded > 0) yield { channels: rest.channelData, sampleRate: rest.sampleRate };
    }
  } finally {
    decoder.free();
  }
  if (announced !== undefined && samples < announced.samples) {
    const [found, expected] = [samples, announced.samples].map((count) => count / announced.sampleRate);
    return `gives only ${found?.toFixed(1)} of ${expected?.toFixed(1)} s`;
  }
  return damaged === 0 ? undefined : `is damaged in ${damaged} places`;
}
