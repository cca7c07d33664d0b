import { z } from 'zod';

/** How a sample is written: signed 16-bit integers or 32-bit floats in −1…1, both little-endian. */
export const audioEncoding = z.enum(['s16le', 'f32le']);
export type AudioEncoding = z.infer<typeof audioEncoding>;

/** One channel, or two that are interleaved sample by sample. */
export const channelCount = z.literal([1, 2]);
export type ChannelCount = z.infer<typeof channelCount>;

/** What the bytes of an audio frame mean, apart from the sample rate. */
export interface AudioLayout {
  readonly encoding: AudioEncoding;
  readonly channels: ChannelCount;
}

/**
 * Bytes of one sample of every channel together, which WAV calls the block alignment. An audio frame holds a whole
 * number of these blocks.
 */
export function blockBytes({ encoding, channels }: AudioLayout): number {
  return bytesPerSample[encoding] * channels;
}

const bytesPerSample: Readonly<Record<AudioEncoding, number>> = { s16le: 2, f32le: 4 };
