import { bytesPerSample, type PcmEncoding } from '../pcm.js';
import { SAMPLE_RATE } from '../sample-rate.js';

const HEADER_BYTES = 44;
/** The size that a writer puts in if it cannot seek back. */
const UNKNOWN_SIZE = 0xff_ff_ff_ff;

/** How the samples of a WAVE file are written. */
export interface WaveFormat {
  readonly encoding: PcmEncoding;
  readonly sampleRate: number;
  readonly channels: number;
}

const formatTags: Readonly<Record<PcmEncoding, number>> = { s16le: 1, f32le: 3, alaw: 6, mulaw: 7 };

/** 16-bit mono PCM at 16 kHz. */
const SPEECH: WaveFormat = { encoding: 's16le', sampleRate: SAMPLE_RATE, channels: 1 };

/**
 * The beginning of a WAVE file, by default of 16-bit mono PCM at 16 kHz. `dataBytes`: the length of the samples that
 * follow; without it, they reach to the end of the file.
 */
export function waveHeader(
  dataBytes?: number,
  { encoding, sampleRate, channels }: WaveFormat = SPEECH,
): Uint8Array {
  const bytes = bytesPerSample(encoding);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0);
  header.writeUInt32LE(dataBytes === undefined ? UNKNOWN_SIZE : HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(formatTags[encoding], 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * bytes * channels, 28);
  header.writeUInt16LE(bytes * channels, 32);
  header.writeUInt16LE(8 * bytes, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes ?? UNKNOWN_SIZE, 40);
  return header;
}
