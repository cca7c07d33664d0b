import { SAMPLE_RATE } from '../sample-rate.js';

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
const PCM = 1;
const CHANNELS = 1;
/** The size that a writer puts in if it cannot seek back. */
const UNKNOWN_SIZE = 0xff_ff_ff_ff;

/**
 * The beginning of a WAVE file of 16-bit mono PCM at 16 kHz. `dataBytes`: the length of the PCM that follows; without
 * it, the PCM reaches to the end of the file.
 */
export function waveHeader(dataBytes?: number): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0);
  header.writeUInt32LE(dataBytes === undefined ? UNKNOWN_SIZE : HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(PCM, 20);
  header.writeUInt16LE(CHANNELS, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * SAMPLE_BYTES, 28);
  header.writeUInt16LE(SAMPLE_BYTES, 32);
  header.writeUInt16LE(8 * SAMPLE_BYTES, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes ?? UNKNOWN_SIZE, 40);
  return header;
}
