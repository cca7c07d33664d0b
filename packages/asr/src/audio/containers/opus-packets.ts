import { OpusDecoder } from 'opus-decoder';
import type { DecodedBlock } from './container.js';

/** How the packets of a track are decoded (RFC 7845, section 5.1). */
export interface OpusHead {
  readonly channels: number;
  /** Samples at the beginning, at 48 kHz, that are not heard. */
  readonly preSkip: number;
  /** Present where one stream does not hold all channels. */
  readonly mapping: OpusMapping | undefined;
}

/** The streams of a track with more than two channels. */
interface OpusMapping {
  readonly streams: number;
  readonly coupledStreams: number;
  /** The stream and side of each channel. */
  readonly table: readonly number[];
}

/** Decodes the packets of one track. */
export interface OpusPackets {
  readonly ready: Promise<void>;
  /** Undefined for a packet that is damaged, or larger than an encoder makes them. */
  readonly decode: (packet: Uint8Array) => DecodedBlock | undefined;
  readonly free: () => void;
}

/** Samples a second in which Opus counts, and at which it is decoded. */
export const OPUS_RATE = 48_000;

/** The head of a track; undefined if these bytes are none, or one that makes no sense. */
export function parseOpusHead(bytes: Uint8Array): OpusHead | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (head.length < 19 || head.toString('latin1', 0, 8) !== 'OpusHead') return undefined;
  const [channels, family] = [head.readUInt8(9), head.readUInt8(18)];
  const preSkip = head.readUInt16LE(10);
  if (channels === 0) return undefined;
  if (family === 0) return channels > 2 ? undefined : { channels, preSkip, mapping: undefined };
  if (channels > MOST_CHANNELS || head.length < 21 + channels) return undefined;
  const [streams, coupledStreams] = [head.readUInt8(19), head.readUInt8(20)];
  const table = [...head.subarray(21, 21 + channels)];
  const isSound = streams > 0 && coupledStreams <= streams && streams <= channels;
  const isMapped = table.every((index) => index === SILENT || index < streams + coupledStreams);
  return isSound && isMapped ? { channels, preSkip, mapping: { streams, coupledStreams, table } } : undefined;
}

/** As many as there are places for in the family of mappings that encoders use (RFC 7845, section 5.1.1.2). */
const MOST_CHANNELS = 8;

/** The index of a channel that no stream holds. */
const SILENT = 255;

/** Bytes of a packet that the decoder has room for, for each channel: 120 ms at 256 kbit/s. */
const ROOM_BYTES = 3_840;

/** Starts with nothing decoded. */
export function createOpusPackets({ channels, preSkip, mapping }: OpusHead): OpusPackets {
  const decoder = new OpusDecoder({
    channels,
    preSkip,
    ...(mapping && {
      streamCount: mapping.streams,
      coupledStreamCount: mapping.coupledStreams,
      channelMappingTable: [...mapping.table],
    }),
  });
  return {
    ready: decoder.ready,
    decode: (packet) => {
      if (packet.length === 0 || packet.length > ROOM_BYTES * channels) return undefined;
      const { channelData, errors } = decoder.decodeFrame(packet);
      return errors.length > 0 ? undefined : { channels: channelData, sampleRate: OPUS_RATE };
    },
    free: () => {
      decoder.free();
    },
  };
}
