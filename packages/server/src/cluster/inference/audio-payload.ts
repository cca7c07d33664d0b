import type { AudioPiece } from '@auscult/asr';

/**
 * Audio of a stream in a frame. Numbers are little-endian.
 *
 *     0  f64  the first sample, counted from the stream's start
 *     8  f64  the first sample that is still needed
 *    16  u8   length of the name of the stream
 *    17       the name, in ASCII, and a zero if its length is even
 *             samples, 16 bits each
 */
export function writeAudio({ stream, from, neededFrom, samples }: AudioPiece): Uint8Array {
  const start = samplesStart(stream.length);
  const payload = Buffer.alloc(start + samples.byteLength);
  payload.writeDoubleLE(from, 0);
  payload.writeDoubleLE(neededFrom, 8);
  payload[16] = stream.length;
  payload.write(stream, 17, 'ascii');
  payload.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), start);
  return payload;
}

/** Reads what `writeAudio` wrote; undefined if it is anything else. */
export function readAudio(payload: Uint8Array): AudioPiece | undefined {
  if (payload.length < 17) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const [from, neededFrom] = [view.getFloat64(0, true), view.getFloat64(8, true)];
  const length = view.getUint8(16);
  const start = samplesStart(length);
  if (start > payload.length || (payload.length - start) % 2 !== 0) return undefined;
  if (payload.length - start > MOST_BYTES) return undefined;
  if (![from, neededFrom].every((sample) => Number.isSafeInteger(sample) && sample >= 0)) return undefined;
  const stream = Buffer.from(payload.subarray(17, 17 + length)).toString('latin1');
  if (!STREAM_NAME.test(stream)) return undefined;
  // Samples of a typed array must begin at an even address, and NATS puts messages anywhere.
  const samples = new Int16Array((payload.length - start) / 2);
  new Uint8Array(samples.buffer).set(payload.subarray(start));
  return { stream, from, neededFrom, samples };
}

/** Two minutes, 16 kHz and 16 bits: no job names as much. */
const MOST_BYTES = 120 * 16_000 * 2;

/** Names of streams in messages. */
export const STREAM_NAME = /^[\x21-\x7e]{1,64}$/;

function samplesStart(nameLength: number): number {
  return 17 + nameLength + ((17 + nameLength) % 2);
}
