import { z } from 'zod';

/**
 * How audio is written: as samples, which are signed 16-bit integers or 32-bit floats in −1…1, both little-endian, or
 * bytes by the telephone laws of G.711; as Opus packets, one in each frame; or as a recording in a container, cut
 * anywhere.
 */
export const audioEncoding = z.enum(['s16le', 'f32le', 'mulaw', 'alaw', 'opus', 'container']);
export type AudioEncoding = z.infer<typeof audioEncoding>;

/** Encodings in which every sample takes the same number of bytes. The others have to be decoded first. */
export type SampleEncoding = Exclude<AudioEncoding, 'opus' | 'container'>;

/** One channel, or two that are interleaved sample by sample. */
export const channelCount = z.literal([1, 2]);
export type ChannelCount = z.infer<typeof channelCount>;

/** What the bytes of an audio frame mean, apart from the sample rate. */
export interface AudioLayout {
  readonly encoding: AudioEncoding;
  readonly channels: ChannelCount;
}

/** The layout of samples. */
export interface SampleLayout extends AudioLayout {
  readonly encoding: SampleEncoding;
}

/** Whether the bytes of audio in this layout are samples. */
export function holdsSamples<Layout extends AudioLayout>(layout: Layout): layout is Layout & SampleLayout {
  return layout.encoding in bytesPerSample;
}

/**
 * Bytes of one sample of every channel together, which WAV calls the block alignment. An audio frame holds a whole
 * number of these blocks.
 */
export function blockBytes({ encoding, channels }: SampleLayout): number {
  return bytesPerSample[encoding] * channels;
}

const bytesPerSample: Readonly<Record<SampleEncoding, number>> = { s16le: 2, f32le: 4, mulaw: 1, alaw: 1 };
