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
 * Bytes that one sample of every channel takes. An audio frame is a whole number of these.
 * WAV calls it the block alignment.
 */
export function blockBytes({ encoding, channels }: AudioLayout): number {
  return bytesPerSample[encoding] * channels;
}

const bytesPerSample: Readonly<Record<AudioEncoding, number>> = { s16le: 2, f32le: 4 };
